// Package vault seals secrets: certificate numbers, auth codes, the secrets of API keys. What it seals can be read
// again only with a key of this installation and the context that it was sealed for.
//
// A sealed value is version (1 byte, 1), key id (4 bytes), nonce (24 bytes), XChaCha20-Poly1305 ciphertext with tag.
// Version, key id and context are authenticated, so that a sealed value copied to another row does not open there.
package vault

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	version = 1
	header  = 1 + 4 + chacha20poly1305.NonceSizeX
)

// Errors of a vault. None of them carries anything of what was sealed or of a key.
var (
	// ErrNoKey means that there is neither a key file nor a key in the environment.
	ErrNoKey = errors.New("vault: there is no master key")
	// ErrExposed means that others on this machine can read or replace the key file.
	ErrExposed = errors.New("vault: the master key file is open to others; it must be mode 0600")
	// ErrExists means that Create was asked for where a key is already.
	ErrExists = errors.New("vault: there is a master key already")
	// ErrMalformed means that the key file or the environment does not hold keys in the form that Create writes.
	ErrMalformed = errors.New("vault: the master key is malformed")
	// ErrUnknownKey means that the value was sealed with a key that this vault does not have.
	ErrUnknownKey = errors.New("vault: sealed with a key that is not here")
	// ErrOpen means that the value was changed, or was sealed for another context.
	ErrOpen = errors.New("vault: the sealed value does not open")
)

// Vault seals with its newest key and opens with any of its keys. It is safe for concurrent use.
type Vault struct {
	newest uint32
	keys   map[uint32]cipher.AEAD
}

// File is where the master key of an installation lies.
func File(dir string) string { return filepath.Join(dir, "keys", "master.key") }

// Open reads the keys from env where it is not empty (the value of an environment variable: the lines of a key file,
// separated by line ends, spaces or commas in any mixture), else from dir/keys/master.key. It never makes a key:
// data sealed with a lost key is lost, and a new key in its place would hide that.
func Open(dir, env string) (*Vault, error) {
	if strings.TrimSpace(env) != "" {
		return parse(strings.FieldsFunc(env, func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }))
	}
	info, err := os.Stat(File(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoKey
	case err != nil:
		return nil, fmt.Errorf("vault: %w", err)
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0:
		return nil, ErrExposed
	}
	return read(dir)
}

// Create makes the first key of an installation in dir/keys/master.key, mode 0600, and fails where one exists.
func Create(dir string) error {
	if err := os.MkdirAll(filepath.Dir(File(dir)), 0o700); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	line, err := newLine(nil)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(File(dir), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return finish(f, line)
}

// Rotate adds a key, which seals from the next Open on; earlier ones still open what they sealed. The file is
// replaced whole, so that a crash leaves either the old or the new one.
func Rotate(dir string) error {
	v, err := Open(dir, "")
	if err != nil {
		return err
	}
	old, err := os.ReadFile(File(dir))
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	line, err := newLine(v.keys)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(File(dir)), ".master-*")
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if err := finish(f, strings.TrimRight(string(old), "\n")+"\n"+line); err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	if err := os.Rename(f.Name(), File(dir)); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return syncDir(filepath.Dir(File(dir)))
}

// Seal encrypts plain for a context, such as "template-number/42": only Open with the same context gives it back.
func (v *Vault) Seal(plain []byte, context string) ([]byte, error) {
	out := make([]byte, header, header+len(plain)+chacha20poly1305.Overhead)
	out[0] = version
	binary.BigEndian.PutUint32(out[1:5], v.newest)
	if _, err := rand.Read(out[5:header]); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return v.keys[v.newest].Seal(out, out[5:header], plain, bound(out[:5], context)), nil
}

// Open decrypts what Seal made for the same context; ErrOpen and ErrUnknownKey say that it can't.
func (v *Vault) Open(sealed []byte, context string) ([]byte, error) {
	if len(sealed) < header+chacha20poly1305.Overhead || sealed[0] != version {
		return nil, ErrOpen
	}
	aead, ok := v.keys[binary.BigEndian.Uint32(sealed[1:5])]
	if !ok {
		return nil, ErrUnknownKey
	}
	plain, err := aead.Open(nil, sealed[5:header], sealed[header:], bound(sealed[:5], context))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Current reports whether a value was sealed with the newest key; others should be sealed again after a rotation.
func (v *Vault) Current(sealed []byte) bool {
	return len(sealed) >= header && sealed[0] == version && binary.BigEndian.Uint32(sealed[1:5]) == v.newest
}

func bound(head []byte, context string) []byte {
	return append(append(make([]byte, 0, len(head)+len(context)), head...), context...)
}

func read(dir string) (*Vault, error) {
	text, err := os.ReadFile(File(dir))
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return parse(strings.Fields(string(text)))
}

// parse reads words "id:key" (8 hex digits, base64 of 32 bytes); the last one is the newest.
func parse(words []string) (*Vault, error) {
	v := &Vault{keys: make(map[uint32]cipher.AEAD, len(words))}
	for _, w := range words {
		name, text, ok := strings.Cut(w, ":")
		raw, err := hex.DecodeString(name)
		if !ok || err != nil || len(raw) != 4 {
			return nil, ErrMalformed
		}
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != chacha20poly1305.KeySize {
			return nil, ErrMalformed
		}
		id := binary.BigEndian.Uint32(raw)
		if _, twice := v.keys[id]; twice {
			return nil, ErrMalformed
		}
		if v.keys[id], err = chacha20poly1305.NewX(key); err != nil {
			return nil, ErrMalformed
		}
		v.newest = id
	}
	if len(v.keys) == 0 {
		return nil, ErrMalformed
	}
	return v, nil
}

// newLine makes a key whose id is none of those in use.
func newLine(used map[uint32]cipher.AEAD) (string, error) {
	var raw [4 + chacha20poly1305.KeySize]byte
	for {
		if _, err := rand.Read(raw[:]); err != nil {
			return "", fmt.Errorf("vault: %w", err)
		}
		if _, taken := used[binary.BigEndian.Uint32(raw[:4])]; !taken {
			return hex.EncodeToString(raw[:4]) + ":" + base64.StdEncoding.EncodeToString(raw[4:]) + "\n", nil
		}
	}
}

func finish(f *os.File, text string) error {
	_, err := f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return syncDir(filepath.Dir(f.Name()))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}
