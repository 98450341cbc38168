//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

type step = chromedp.Action[chromedp.Void]

// browser starts Chromium and returns a context to run chromedp actions in.
func browser(t testing.TB) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not installed: run make test")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return ctx
}

// do runs steps; a failure leaves a screenshot.
func do(t testing.TB, ctx context.Context, what string, steps ...step) {
	t.Helper()
	get(t, ctx, what, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Steps(steps...)(ctx, target)
	})
}

// get runs one action and returns its value.
func get[T any](t testing.TB, ctx context.Context, what string, a chromedp.Action[T]) T {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	v, err := chromedp.Run(limited, a)
	if err != nil {
		shoot(t, ctx, "failed")
		url, _ := chromedp.Run(ctx, chromedp.Location())
		text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
		t.Fatalf("%s: %v\nat %s\n%.2000s", what, err, url, text)
	}
	return v
}

// shoot saves a picture of the whole page in the folder XUEDU_SHOTS.
func shoot(t testing.TB, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("XUEDU_SHOTS")
	if dir == "" {
		return
	}
	limited, cancel := context.WithTimeout(ctx, 10*time.Second) // a page whose scripts are off may never answer
	defer cancel()
	png, err := chromedp.Run(limited, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		t.Logf("picture of %s: %v", name, err)
	}
}

// width sets the window's width in CSS pixels.
func width(px int64) step { return chromedp.EmulateViewport(px, 900) }

// withoutScripts turns JavaScript off for the pages that follow.
func withoutScripts() step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}
