package registry

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Net::EPP (Debian: libnet-epp-perl) is a client by other hands. Its script
// prints what it saw; commands that fail end it.
const netEPP = `
use strict; use warnings; no warnings 'once';
use Net::EPP::Simple;
use Net::EPP::Frame;
my ($phase, $host, $port, $ca, $cert, $key) = @ARGV;
sub why { return "$Net::EPP::Simple::Code $Net::EPP::Simple::Message " . ($Net::EPP::Simple::Error // '') }
sub must { my ($what, $got) = @_; die "$what: ", why(), "\n" unless defined $got; return $got }
sub code { return "$Net::EPP::Simple::Code" }
my $epp = Net::EPP::Simple->new(host => $host, port => $port, user => 'openreg', pass => 'openreg-pw-1',
  verify => 1, ca_file => $ca, cert => $cert, key => $key, load_config => 0, timeout => 20) or die "connect: ", why(), "\n";
print "greeting ", $epp->greeting->getElementsByLocalName('svID')->shift->textContent, "\n";
must(ping => $epp->ping);

sub poll {
  my $r = must(poll => $epp->request(Net::EPP::Frame::Command::Poll::Req->new));
  return undef if $r->code == 1300;
  die "poll: ", $r->code, "\n" unless $r->code == 1301;
  my $q = $r->getElementsByLocalName('msgQ')->shift;
  my $st = $r->getElementsByLocalName('trStatus')->shift;
  printf "poll %s of %s %s\n", $q->getAttribute('id') ? 'message' : '?', $q->getAttribute('count'), $st ? $st->textContent : '-';
  return $q->getAttribute('id');
}
sub ack {
  my $frame = Net::EPP::Frame::Command::Poll::Ack->new;
  $frame->setMsgID($_[0]);
  my $r = must(ack => $epp->request($frame));
  print "ack ", $r->code, "\n";
}

if ($phase eq 'first') {
  print "check ", join(',', $epp->check_domain('new-name.cn'), $epp->check_domain('theirs.cn'), $epp->check_contact('NETEPP-1'), $epp->check_host('ns1.new-name.cn')), "\n";
  must(contact => $epp->create_contact({ id => 'NETEPP-1', postalInfo => {
      int => { name => 'Wang Wei', org => 'Harbour', addr => { street => ['1 Harbour Rd'], city => 'Shanghai', sp => 'Shanghai', pc => '200000', cc => 'CN' } },
      loc => { name => "\x{738b}\x{4f1f}", addr => { street => ["\x{6d77}\x{6e2f}\x{8def}1\x{53f7}"], city => "\x{4e0a}\x{6d77}", sp => "\x{4e0a}\x{6d77}", pc => '200000', cc => 'CN' } } },
    voice => '+86.13800000000', fax => '', email => 'wang@example.net', authInfo => 'contact-Secret-1' }));
  my $c = must(contact_info => $epp->contact_info('NETEPP-1'));
  binmode(STDOUT, ':utf8');
  print "contact $c->{clID} $c->{email} $c->{postalInfo}{loc}{name}\n";
  must(domain => $epp->create_domain({ name => 'new-name.cn', period => 2, registrant => 'NETEPP-1', authInfo => 'correct-horse-9',
    contacts => { admin => 'NETEPP-1', tech => 'NETEPP-1', billing => 'NETEPP-1' }, ns => ['ns1.openhost.net'] }));
  print "taken ", defined $epp->create_domain({ name => 'new-name.cn', period => 1, registrant => 'NETEPP-1', authInfo => 'correct-horse-9', contacts => {} }) ? 'created' : code(), "\n";
  must(host => $epp->create_host({ name => 'ns1.new-name.cn', addrs => [ { ip => '192.0.2.1', version => 'v4' }, { ip => '2001:db8::1', version => 'v6' } ] }));
  my $h = must(host_info => $epp->host_info('ns1.new-name.cn'));
  print "host $h->{clID} ", join(' ', sort map { "$_->{version}=$_->{addr}" } @{$h->{addrs}}), "\n";
  must(host_update => $epp->update_host({ name => 'ns1.new-name.cn', add => { addrs => [ { ip => '192.0.2.2', version => 'v4' } ] }, rem => { addrs => [ { ip => '192.0.2.1', version => 'v4' } ] } }));
  # Its contact update has empty add and rem elements, which RFC 5733's schema forbids.
  my %change = (id => 'NETEPP-1', chg => { email => 'wei@example.net' });
  print "empty add ", defined $epp->update_contact(\%change) ? 'taken' : code(), "\n";
  my $f = $epp->_generate_update_contact_frame(\%change);
  for my $n ($f->getElementsByTagName('contact:add'), $f->getElementsByTagName('contact:rem')) { $n->parentNode->removeChild($n) }
  print "contact update ", $epp->request($f)->code, " ", must(contact_info => $epp->contact_info('NETEPP-1'))->{email}, "\n";
  must(update => $epp->update_domain({ name => 'new-name.cn', add => { ns => ['ns1.new-name.cn'], status => ['clientHold'] }, rem => { ns => ['ns1.openhost.net'] }, chg => { authInfo => 'other-horse-10' } }));
  my $d = must(info => $epp->domain_info('new-name.cn'));
  print "domain $d->{clID} $d->{registrant} ", join(' ', sort(@{$d->{ns}}), sort(@{$d->{status}})), " $d->{crDate} $d->{exDate} $d->{authInfo}\n";
  must(renew => $epp->renew_domain({ name => 'new-name.cn', cur_exp_date => substr($d->{exDate}, 0, 10), period => 1 }));
  print "renewed ", must(info => $epp->domain_info('new-name.cn'))->{exDate}, "\n";
  print "again ", defined $epp->renew_domain({ name => 'new-name.cn', cur_exp_date => substr($d->{exDate}, 0, 10), period => 1 }) ? 'renewed' : code(), "\n";
  print "wrong code ", defined $epp->domain_transfer_request('theirs.cn', 'wrong-horse-11', 1) ? 'requested' : code(), "\n";
  my $t = must(transfer => $epp->domain_transfer_request('theirs.cn', 'theirs-horse-12', 1));
  print "transfer $t->{trStatus} $t->{reID} $t->{acID}\n";
  must(cancel => $epp->domain_transfer_cancel('theirs.cn'));
  print "cancelled ", must(query => $epp->domain_transfer_query('theirs.cn'))->{trStatus}, "\n";
  must(transfer => $epp->domain_transfer_request('theirs.cn', 'theirs-horse-12', 1));
  print "asked of us ", must(query => $epp->domain_transfer_query('ours.cn'))->{trStatus}, "\n";
  must(reject => $epp->domain_transfer_reject('ours.cn'));
  must(approve => $epp->domain_transfer_approve('ours2.cn'));
  while (defined(my $id = poll())) { ack($id) }
} else {
  my $d = must(info => $epp->domain_info('theirs.cn'));
  print "ours now $d->{clID}\n";
  while (defined(my $id = poll())) { ack($id) }
  print "linked host ", defined $epp->delete_host('ns1.new-name.cn') ? 'deleted' : code(), "\n";
  must(update => $epp->update_domain({ name => 'new-name.cn', rem => { ns => ['ns1.new-name.cn'] } }));
  must(delete_host => $epp->delete_host('ns1.new-name.cn'));
  must(delete => $epp->delete_domain('new-name.cn'));
  print "free again ", $epp->check_domain('new-name.cn'), "\n";
  print "gone ", defined $epp->domain_info('new-name.cn') ? 'found' : code(), "\n";
  must(delete_contact => $epp->delete_contact('NETEPP-1'));
}
print "logout ", $epp->logout ? 1 : 0, "\n";
`

func TestInteropNetEPP(t *testing.T) {
	perl, err := exec.LookPath("perl")
	if err != nil || exec.Command(perl, "-MNet::EPP::Simple", "-e1").Run() != nil {
		t.Skip("not performed: perl module Net::EPP::Simple absent")
	}
	s := serve(t, Cnsim())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	long := t0.Add(-100 * 24 * time.Hour)
	for name, clID := range map[string]string{"theirs.cn": rivalID, "ours.cn": openreg, "ours2.cn": openreg} {
		must(s.RegisterAs(clID, name, 1, long))
		must(s.SetAuthInfo(name, strings.TrimSuffix(name, ".cn")+"-horse-12"))
	}
	must(s.TransferAs(rivalID, "ours.cn", "request", "ours-horse-12"))
	must(s.TransferAs(rivalID, "ours2.cn", "request", "ours2-horse-12"))

	dir := t.TempDir()
	host, port, _ := net.SplitHostPort(s.addr)
	write := func(name string, raw []byte) string {
		t.Helper()
		f := filepath.Join(dir, name)
		must(os.WriteFile(f, raw, 0o600))
		return f
	}
	cert := s.ca.client(openreg).Certificates[0]
	args := []string{write("client.pl", []byte(netEPP)), "", host, port, write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.ca.cert.Raw})),
		write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})), write("key.pem", keyPEM(t, cert))}
	run := func(phase string, want ...string) {
		t.Helper()
		args[1] = phase
		cmd := exec.Command(perl, args...)
		var warnings strings.Builder // the library has some of its own
		cmd.Stderr = &warnings
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s part: %v\n%s%s", phase, err, out, warnings.String())
		}
		got := strings.Split(strings.TrimSpace(string(out)), "\n")
		for i, w := range want {
			if i >= len(got) || got[i] != w {
				t.Fatalf("%s part, line %d: want %q in\n%s", phase, i+1, w, out)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s part, %d lines, want %d:\n%s", phase, len(got), len(want), out)
		}
	}
	run("first",
		"greeting Cnsim EPP",
		"check 1,0,1,1",
		"contact openreg wang@example.net 王伟",
		"taken 2302",
		"host openreg v4=192.0.2.1 v6=2001:db8::1",
		"empty add 2003",
		"contact update 1000 wei@example.net",
		"domain openreg NETEPP-1 ns1.new-name.cn clientHold "+stamp(t0)+" "+stamp(t0.AddDate(2, 0, 0))+" other-horse-10",
		"renewed "+stamp(t0.AddDate(3, 0, 0)),
		"again 2004",
		"wrong code 2202",
		"transfer pending openreg rival",
		"cancelled clientCancelled",
		"asked of us pending",
		"poll message of 2 pending",
		"ack 1000",
		"poll message of 1 pending",
		"ack 1000",
		"logout 1")
	if v, _ := s.Domain("ours.cn"); v.Sponsor != openreg || v.has("pendingTransfer") {
		t.Errorf("the transfer that was rejected: %+v", v)
	}
	if v, _ := s.Domain("ours2.cn"); v.Sponsor != rivalID {
		t.Errorf("the transfer that was approved: %+v", v)
	}
	if h, _ := s.Host("ns1.new-name.cn"); len(h.Addrs) != 2 || h.Addrs[0].String() == "192.0.2.1" {
		t.Errorf("host after its update: %v", h.Addrs)
	}
	must(s.TransferAs(rivalID, "theirs.cn", "approve", ""))
	run("second",
		"greeting Cnsim EPP",
		"ours now openreg",
		"poll message of 1 clientApproved",
		"ack 1000",
		"linked host 2305",
		"free again 1",
		"gone 2303",
		"logout 1")
	if _, n := s.PollQueue(openreg, 0); n != 0 {
		t.Errorf("%d messages left", n)
	}
	if _, ok := s.Contact("NETEPP-1"); ok {
		t.Error("the contact is still there")
	}
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.999Z") }

func keyPEM(t *testing.T, cert tls.Certificate) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}
