// Package config loads the program's settings: defaults, then a TOML file,
// then XUEDU_* variables, then flags; the later wins.
package config

import (
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"

	"xuedu/internal/errs"
)

// Config is every setting. Each has a usable default.
type Config struct {
	DB        string `koanf:"db"`         // sqlite:PATH or postgres://…
	Addr      string `koanf:"addr"`       // host:port to serve on
	Site      string `koanf:"site"`       // public address, https://example.org: what leaves the program names it; "" = unknown
	Mail      string `koanf:"mail"`       // mail server: smtps://user:secret@host:465; "" = no mail is sent
	MailFrom  string `koanf:"mail_from"`  // who writes: Office <news@example.org>
	KeyFile   string `koanf:"key_file"`   // "" = the default place, see keys.PathFor
	FilesDir  string `koanf:"files_dir"`  // attachments; "" = beside the SQLite file, must be set for PostgreSQL
	CacheDir  string `koanf:"cache_dir"`  // "" = beside the SQLite file or the user's cache folder
	Lang      string `koanf:"lang"`       // of the command line: zh-CN or en; "" = from LANG
	LogFormat string `koanf:"log_format"` // text or json
	LogLevel  string `koanf:"log_level"`  // debug, info, warn, error
	TLS       bool   `koanf:"tls"`        // a proxy in front speaks HTTPS: cookies are Secure
	Clock     string `koanf:"clock"`      // day or moment a demo city begins at; "" = now

	Program string `koanf:"-"` // version of the program; the command line knows it

	Proxies      string `koanf:"proxies"`       // networks whose X-Forwarded-For is believed, comma-separated
	MetricsAddr  string `koanf:"metrics_addr"`  // host:port of /metrics; "" = on addr, for this machine only
	ScanCommand  string `koanf:"scan_command"`  // looks at attachments: clamdscan --no-summary -; "" = nobody does
	ScanSeconds  int    `koanf:"scan_seconds"`  // for one attachment
	Chromium     string `koanf:"chromium"`      // prints PDFs; "" = the one in PATH, off = never
	PasswordHash string `koanf:"password_hash"` // cost of argon2id: m=KIB,t=PASSES,p=THREADS
}

// Default is what holds where nothing is said.
var Default = Config{DB: "sqlite:xuedu.db", Addr: "127.0.0.1:8080", LogFormat: "text", LogLevel: "info",
	Proxies: "127.0.0.0/8, ::1/128", ScanSeconds: 60, PasswordHash: "m=47104,t=1,p=1"}

// Load merges the sources. path is the TOML file, "" for none; flags holds the
// values that were given on the command line, by koanf name.
func Load(path string, flags map[string]any) (Config, error) {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(Default, "koanf"), nil); err != nil {
		return Config{}, err
	}
	if path != "" {
		if err := k.Load(file.Provider(path), toml.Parser()); err != nil {
			return Config{}, &errs.Error{Kind: errs.Invalid, Key: "config.bad_file", Args: []any{"Path", path, "Cause", err.Error()}, Field: "config", Err: err}
		}
	}
	vars := env.Provider(".", env.Opt{Prefix: "XUEDU_", TransformFunc: func(key, value string) (string, any) {
		return strings.ToLower(strings.TrimPrefix(key, "XUEDU_")), value
	}})
	if err := k.Load(vars, nil); err != nil {
		return Config{}, err
	}
	if err := k.Load(confmap.Provider(flags, "."), nil); err != nil {
		return Config{}, err
	}
	var c Config
	if err := k.Unmarshal("", &c); err != nil {
		return Config{}, &errs.Error{Kind: errs.Invalid, Key: "config.bad_value", Args: []any{"Cause", err.Error()}, Field: "config", Err: err}
	}
	return c, nil
}
