package citest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"ship-it.example/shipit/ci/citest"
)

func Example() {
	s, err := citest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	mode, err := citest.ParseMode([]string{"fail", "503"})
	if err != nil {
		fmt.Println(err)
		return
	}
	s.SetMode(mode)
	resp, err := http.Post(s.URL()+"/app/rest/buildQueue", "application/xml",
		strings.NewReader(`<build><buildType id="bt280"/></build>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	fmt.Println(resp.StatusCode, s.Requests(), "request,", s.Builds(), "builds")
	// Output: 503 1 request, 0 builds
}
