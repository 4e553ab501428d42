package ci

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"ship-it.example/shipit/ci/citest"
)

// A bundle is read, and one that is missing or holds no certificate is not
// taken for a system that believes nobody.
func TestBundle(t *testing.T) {
	authority, err := citest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	want := x509.NewCertPool()
	want.AppendCertsFromPEM(authority.PEM())
	dir := t.TempDir()
	for name, text := range map[string][]byte{"good": authority.PEM(), "bad": []byte("nothing\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := authoritiesIn(filepath.Join(dir, "good")); got == nil || !got.Equal(want) {
		t.Errorf("the bundle's authority is not believed: %v", got)
	}
	for _, name := range []string{"bad", "missing"} {
		if got := authoritiesIn(filepath.Join(dir, name)); got != nil {
			t.Errorf("%s: got a pool that believes nobody", name)
		}
	}
}

// Where Debian's bundle is, nothing is read beside it.
func TestAuthorities(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", "")
	t.Setenv("SSL_CERT_DIR", "")
	want := authoritiesIn(bundle)
	if want == nil {
		t.Skip("this system has no " + bundle)
	}
	got, err := Authorities()
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(want) {
		t.Error("more than the bundle was read")
	}
}

// Another place that the environment names goes before it.
func TestAuthoritiesElsewhere(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", filepath.Join(t.TempDir(), "none"))
	got, err := Authorities()
	if err != nil {
		t.Fatal(err)
	}
	if want, err := x509.SystemCertPool(); err != nil || !got.Equal(want) {
		t.Errorf("what is read is not what Go reads there: %v", err)
	}
}

func BenchmarkAuthorities(b *testing.B) {
	for b.Loop() {
		if _, err := Authorities(); err != nil {
			b.Fatal(err)
		}
	}
}
