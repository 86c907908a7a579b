package epp

import (
	"crypto/tls"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Net::EPP is an independent client (Debian: libnet-epp-perl).
const netEPP = `
use strict; use warnings;
use Net::EPP::Simple;
my ($host, $port, $ca) = @ARGV;
my $epp = Net::EPP::Simple->new(host => $host, port => $port, user => 'opr', pass => 's3cret-pw',
  verify => 1, ca_file => $ca, load_config => 0, timeout => 10) or die "connect: $Net::EPP::Simple::Code $Net::EPP::Simple::Message $Net::EPP::Simple::Error";
print "free ", $epp->check_domain('free.com'), "\n";
print "taken ", $epp->check_domain('taken.com'), "\n";
my $info = $epp->domain_info('taken.com') or die "info: $Net::EPP::Simple::Code $Net::EPP::Simple::Message";
print "sponsor $info->{clID} created $info->{crDate}\n";
my $none = $epp->domain_info('none.com');
print "none ", defined $none ? "found" : $Net::EPP::Simple::Code, "\n";
print "logout ", $epp->logout ? 1 : 0, "\n";
`

func TestInteropNetEPP(t *testing.T) {
	perl, err := exec.LookPath("perl")
	if err != nil || exec.Command(perl, "-MNet::EPP::Simple", "-e1").Run() != nil {
		t.Skip("not performed: perl module Net::EPP::Simple absent")
	}
	p := newPKI(t)
	d := newDesk()
	addr := testServer(t, &Server{Handler: d, TLS: p.serverTLS(tls.VerifyClientCertIfGiven), Extensions: allExt})
	host, port, _ := net.SplitHostPort(addr)
	script := filepath.Join(t.TempDir(), "client.pl")
	if err := os.WriteFile(script, []byte(netEPP), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(perl, script, host, port, p.caFile()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"free 1\n", "taken 0\n", "sponsor rival created 2026-11-23T08:00:00Z\n", "none 2303\n", "logout 1\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q missing in:\n%s", want, out)
		}
	}
	waitFor(t, "EndSession", func() bool { return d.ended.Load() == 1 })
}
