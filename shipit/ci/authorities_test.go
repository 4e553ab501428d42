package ci

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"ship-it.example/shipit/ci/citest"
)

// A bundle is read, unless the environment names another place. One that is
// missing or holds no certificate is not taken for a system that believes nobody.
func TestBundled(t *testing.T) {
	t.Parallel()
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
	cases := []struct {
		file, set string
		want      *x509.CertPool
	}{
		{"good", "", want}, {"good", "SSL_CERT_FILE", nil}, {"good", "SSL_CERT_DIR", nil}, {"bad", "", nil}, {"missing", "", nil},
	}
	for _, c := range cases {
		got := bundled(filepath.Join(dir, c.file), func(name string) string {
			return map[string]string{c.set: "/elsewhere"}[name]
		})
		if (got == nil) != (c.want == nil) || got != nil && !got.Equal(c.want) {
			t.Errorf("%s, with %q set: %v", c.file, c.set, got)
		}
	}
}

func BenchmarkAuthorities(b *testing.B) {
	for b.Loop() {
		if _, err := Authorities(); err != nil {
			b.Fatal(err)
		}
	}
}
