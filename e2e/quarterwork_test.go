//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/chromedp/chromedp"
)

// pilot learns from the street officer's desk where the pilot is.
func (q *quarter) pilot() {
	q.as("city")
	q.do("look for the period", q.open("/desk/collections/new"), seen(`#period`))
	q.words = js[string](q, "period", fmt.Sprintf(`document.querySelector('#period option[value=%q]').textContent`, q.period))
	q.as("community")
	q.do("open a return", q.open("/desk/returns"), click(`#rows th[scope=row] a`), seen(`.xd-ret__place`))
	q.unit = q.text(`.xd-ret__place`)
	q.as("city")
	q.do("look for the street", q.open("/desk/collections/new"), seen(`#area`))
	q.street = js[string](q, "street", fmt.Sprintf(`[...document.querySelectorAll('#area option')].find(o => o.textContent === %q).value`, q.place(1)))
}

// refusedWithoutAHead takes the head of a form away: it cannot be sent out any
// more, and the page says on what ground (P2.3).
func (q *quarter) refusedWithoutAHead() {
	q.do("withdraw a form", q.open("/desk/forms/base4"), set(`form[action$="/withdraw"] [name=reason]`, "Sample: the approval ended"),
		click(`form[action$="/withdraw"] button`), gone(`form[action$="/withdraw"]`))
	q.do("try to send it", q.open("/desk/collections/new"), set(`#form`, "base4"), set(`#period`, q.period[:4]),
		click(`.xd-sift button`), seen(`.xd-verdict.xd-note--act`))
	if n := js[int](q, "buttons", `document.querySelectorAll('main form[method=post]').length`); n != 0 {
		q.t.Fatal("a form without a head can be sent out")
	}
	q.holds(`.xd-verdict`, "units may refuse to answer it")
	q.holds(`.xd-verdict`, "is withdrawn and cannot be sent out")
	shoot(q.t, q.ctx, "quarter refused")
}

// sendOut sends the three quarterly forms to the pilot street.
func (q *quarter) sendOut() {
	for _, form := range []string{"base2", "base3", "base5"} {
		q.do("choose "+form, q.open("/desk/collections"), click(`.xd-headacts a[href="/desk/collections/new"]`), set(`#form`, form),
			set(`#period`, q.period), set(`#area`, q.street), click(`.xd-sift button`), seen(`.xd-verdict.xd-note--done`))
		q.do("send "+form, click(`form[method=post][action="/desk/collections/new"] button`), seen(`.xd-mx`))
		q.sent[form] = q.path()
	}
	shoot(q.t, q.ctx, "quarter sent")
}

// onTheDesk finds the returns among what the community has to do.
func (q *quarter) onTheDesk() {
	q.as("community")
	for _, form := range []string{"base2", "base3", "base5"} {
		q.owed[form] = q.find(form, "")
	}
	q.do("from the desk to the return", q.open("/desk"), click(fmt.Sprintf(`main a[href=%q]`, q.owed["base2"])), seen(`#grid`))
	q.want("the return is the community's", q.text(`.xd-ret__place`), q.unit)
}

// prefilled counts the cells of the quarter that nobody has to type, on the
// pages and in indicator H02.
func (q *quarter) prefilled() {
	var locked, all int
	for _, path := range q.owed {
		q.do("open "+path, q.open(path), seen(`#grid`))
		locked += js[int](q, "locked cells", `document.querySelectorAll('#grid .xd-gc__v').length`)
		all += js[int](q, "cells", `document.querySelectorAll('#grid .xd-gc__v, #grid .xd-in').length`)
	}
	if all == 0 || 100*locked < 90*all {
		q.t.Errorf("%d of %d cells are pre-filled, want 90 %%", locked, all)
	}
	q.do("open H02", q.open("/indicators/H02/open?area="+q.street+"&period="+q.period), seen(`.xd-chain data`))
	share := js[float64](q, "H02", `Number(document.querySelector('.xd-chain data').value.split('/').reduce((a, b) => a / b))`)
	if share < 90 || share > 100 {
		q.t.Errorf("H02 = %v", share)
	}
	q.t.Logf("pre-filled: %d of %d cells; H02 = %.1f", locked, all, share)
}

// foreign is a return of another community: it is refused.
func (q *quarter) foreign() {
	q.as("street")
	q.do("list the street's returns", q.open("/desk/returns?which=all&form=base2"), seen(`#rows`))
	other := js[string](q, "another community's return", fmt.Sprintf(`[...document.querySelectorAll('#rows th[scope=row]')].find(h => h.querySelector('small').textContent.endsWith(%q)
		&& h.querySelector('a').getAttribute('href') !== %q).querySelector('a').getAttribute('href')`, " · "+q.words, q.owed["base2"]))
	q.as("community")
	q.do("open it", q.open(other), seen(`main h1`))
	if n := js[int](q, "grid", `document.querySelectorAll('#grid').length`); n != 0 {
		q.t.Fatal("a community reads another one's return")
	}
	res, err := signedIn(q.t, q.url, "community").Get(q.url + other)
	if err != nil {
		q.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound {
		q.t.Errorf("another community's return: %s", res.Status)
	}
}

// typeIn types into a cell, over what it holds, and leaves it.
func typeIn(key, v string) []step {
	css := fmt.Sprintf(`[name="c:%s"]`, key)
	marked := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).select()`, css))(ctx, t)
		return err
	})
	return []step{seen(css), chromedp.Focus(chromedp.CSS(css)), marked, chromedp.SendKeys(chromedp.CSS(css), v+"\t")}
}

// enter types the two cells that no register knows, one of them badly first:
// the message stands at the cell, and what was typed stays.
func (q *quarter) enter() {
	q.do("type", q.open(q.owed["base2"]))
	q.do("a good cell", typeIn("other_classes:total", "3")...)
	q.do("a bad cell", append(typeIn("other_times:total", "a lot"), seen(`td.xd-gc--error`), seen(`.xd-say--error`))...)
	q.want("the bad text", js[string](q, "bad text", `document.querySelector('[name="c:other_times:total"]').value`), "a lot")
	q.want("the good cell", js[string](q, "good cell", `document.querySelector('[name="c:other_classes:total"]').value`), "3")
	shoot(q.t, q.ctx, "quarter bad cell")
	q.do("mend it", append(typeIn("other_times:total", "120"), gone(`td.xd-gc--error`), gone(`.xd-in.is-saving`))...)
	q.do("read it again", q.open(q.owed["base2"]), seen(`[name="c:other_times:total"]`))
	q.want("what was kept", js[string](q, "kept", `document.querySelector('[name="c:other_times:total"]').value`), "120")
	q.move("check")
	q.sign()
	q.move("submit")
}

// sendOneCellBack returns one cell, for a reason.
func (q *quarter) sendOneCellBack() {
	q.as("street")
	q.do("tick the cell", q.open(q.owed["base2"]), click(`input[name=cell][value="other_times:total"]`))
	q.do("return it", click(`.xd-ret__back button`), seen(`[name="why:other_times:total"]`))
	q.do("without a reason", click(`main form[method=post] button[type=submit]`), seen(`.govuk-error-summary`))
	q.do("with a reason", set(`[name="why:other_times:total"]`, "Please check with the lists of the lecture"), click(`main form[method=post] button[type=submit]`), seen(`#grid`))
}

// mendThatCell corrects exactly the cell that came back: the others are locked.
func (q *quarter) mendThatCell() {
	q.as("community")
	q.do("see what came back", q.open(q.owed["base2"]), seen(`.xd-say--back`))
	q.want("cells that are open", strings.Join(js[[]string](q, "open cells", `[...document.querySelectorAll('#grid .xd-in')].map(f => f.name)`), " "), "c:other_times:total")
	q.do("correct it", append(typeIn("other_times:total", "150"), seen(`button[name=move][value=recheck]`))...)
	q.move("recheck")
	q.sign()
	q.move("submit")
	q.as("street")
	q.do("accept", q.open(q.owed["base2"]), seen(`#grid`))
	q.move("accept")
}
