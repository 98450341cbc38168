package publish

import (
	"sync"

	"xuedu/internal/release"
)

// kept is a release in memory.
type kept struct {
	release *release.Release
	index   *release.Index
}

// cache keeps the releases that were asked for last. Their key is a digest, so
// nothing in it is ever out of date.
type cache struct {
	mu   sync.Mutex
	most int
	keys []string // the one asked for last at the end
	by   map[string]kept
}

func (c *cache) get(digest string) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.by[digest]
	if ok {
		c.touch(digest)
	}
	return k, ok
}

func (c *cache) put(digest string, k kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]kept{}
	}
	c.by[digest] = k
	c.touch(digest)
	for len(c.keys) > c.most {
		delete(c.by, c.keys[0])
		c.keys = c.keys[1:]
	}
}

func (c *cache) touch(digest string) {
	for i, k := range c.keys {
		if k == digest {
			c.keys = append(c.keys[:i], c.keys[i+1:]...)
			break
		}
	}
	c.keys = append(c.keys, digest)
}
