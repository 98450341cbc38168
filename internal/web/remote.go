package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"xuedu/internal/errs"
)

// ParseProxies reads a list of networks, "127.0.0.0/8, 10.1.0.0/16", whose
// X-Forwarded-For is believed.
func ParseProxies(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, &errs.Error{Kind: errs.Invalid, Key: "error.bad_proxies", Args: []any{"Value", s}, Field: "proxies", Err: err}
		}
		out = append(out, p)
	}
	return out, nil
}

// Remote returns the address a request came from: the peer's, or, behind
// trusted proxies, the last address of X-Forwarded-For that is not a proxy.
func Remote(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && trusted(host, proxies); i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		host = a.Unmap().String()
	}
	return host
}

func trusted(host string, proxies []netip.Prefix) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
