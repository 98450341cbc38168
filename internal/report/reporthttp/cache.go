package reporthttp

import (
	"sync"

	"xuedu/internal/report"
)

// cache keeps the bulletins of one version of the figures. The zero value is
// empty and safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	version string
	held    map[string]*report.Data
}

const mostHeld = 128

// get returns what is held under key, or what make makes. Data that were made
// while figures moved on are not kept.
func (c *cache) get(version, key string, make func() (*report.Data, error)) (*report.Data, error) {
	c.mu.Lock()
	if c.version != version {
		c.version, c.held = version, map[string]*report.Data{}
	}
	d := c.held[key]
	c.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d, err := make()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == version && len(c.held) < mostHeld {
		c.held[key] = d
	}
	return d, nil
}
