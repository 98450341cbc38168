package app

import (
	"errors"
	"net/http"
	"slices"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
)

// reviewDuties are what waits for an expert beside ballots: seats and
// invitations to answer, visits to make.
func (a *App) reviewDuties(r *http.Request) ([]ui.Link, error) {
	d := a.desk(r)
	if err := errors.Join(d.invitations(), d.visits()); err != nil {
		return nil, err
	}
	var list []ui.Link
	for _, x := range d.list {
		l := ui.Link{Href: x.Href, Text: x.What, Note: x.About}
		if x.Day != "" {
			l.Note += " · " + x.Day + " · " + x.In
		}
		list = append(list, l)
	}
	return list, nil
}

// invitations are those to the pool or to a call that the expert has not
// answered; a seat that waits is answered as a seat.
func (d *desk) invitations() error {
	seats, err := d.seats()
	if err != nil {
		return err
	}
	me, err := d.Experts.Me(d.ctx)
	if errs.KindOf(err) == errs.Forbidden { // an account of nobody in the pool
		return nil
	}
	if err != nil {
		return err
	}
	list, err := d.Experts.Invitations(d.ctx, me.ID)
	for _, i := range list {
		if i.State == expert.Sent && !slices.Contains(seats, i.CallID) {
			d.add(task{Due: i.Due, What: d.page.T("duty.invitation"), About: d.page.T("duty.next.answer"), Href: "/review/invitations"})
		}
	}
	return err
}

// seats are those in calls that the expert was asked to take; it returns the calls.
func (d *desk) seats() ([]string, error) {
	list, err := d.Panels.MySeats(d.ctx)
	var asked []string
	for _, s := range list {
		if s.State != panel.Asked {
			continue
		}
		c, err := d.Calls.Call(trusted(d.ctx), s.CallID)
		if err != nil {
			return nil, err
		}
		asked = append(asked, s.CallID)
		d.add(task{What: d.page.T("duty.seat", "Call", c.Title.In(d.page.Lang)), About: d.page.T("duty.next.answer"), Href: "/review/seats"})
	}
	return asked, err
}
