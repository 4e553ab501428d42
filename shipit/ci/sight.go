package ci

import (
	"encoding/json"
	"net/url"
	"strings"
)

// word is a text of the server's that may be shown, else nothing.
func (c *caller) word(text string) string {
	short := clean(text)
	if c.leaks(text) || c.leaks(short) {
		return ""
	}
	return short
}

// page is an address of the server's for people, empty unless it is safe to
// show.
func page(address string, leaks func(string) bool) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		len(address) > 2048 || strings.Contains(address, " ") || !printable(address) || leaks(address) {
		return ""
	}
	return address
}

// share is done of all, from 0 to 1; negative if that makes no sense.
func share(done, all int) float64 {
	if all <= 0 || done < 0 {
		return -1
	}
	return min(float64(done)/float64(all), 1)
}

// number is an id that a server sends as a number or as text; empty if it is
// neither.
type number string

// UnmarshalJSON never fails: what is no id is none.
func (n *number) UnmarshalJSON(text []byte) error {
	s := string(text)
	_ = json.Unmarshal(text, &s) // a number stays as it is
	*n = ""
	if digits(s) {
		*n = number(s)
	}
	return nil
}

// withQuery is u with a query of names and values.
func withQuery(u *url.URL, query ...string) *url.URL {
	values := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		values.Add(query[i], query[i+1])
	}
	u.RawQuery = values.Encode()
	return u
}

// digits says whether s is a number such as servers count builds with.
func digits(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}
