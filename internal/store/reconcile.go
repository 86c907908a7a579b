package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/openregistrar/openregistrar/internal/store/db"
)

// live are the states of an intent that is not over.
const live = "('queued', 'open', 'unknown', 'pending', 'parked', 'review')"

// check is one thing that must never be found: rows of text and numbers that disagree.
type check struct {
	what  string
	query string
}

var checks = []check{
	{"the ledger does not sum to zero (currency, sum)",
		`select currency, cast(sum(balance) as bigint) from ledger_account group by currency having sum(balance) <> 0`},
	{"a ledger entry does not sum to zero (entry, sum)",
		`select entry_id, cast(sum(amount) as bigint) from posting group by entry_id having sum(amount) <> 0`},
	{"a ledger entry has no postings (entry)",
		`select e.id, e.kind from ledger_entry e where not exists (select 1 from posting p where p.entry_id = e.id)`},
	{"a balance is not the sum of its postings (account, currency, balance)",
		`select a.key, a.currency, a.balance from ledger_account a
		 left join (select p.ledger_key, e.currency, sum(p.amount) as total from posting p join ledger_entry e on e.id = p.entry_id
		            group by p.ledger_key, e.currency) s on s.ledger_key = a.key and s.currency = a.currency
		 where a.balance <> coalesce(s.total, 0)`},
	{"postings are to an account that does not exist (account, currency)",
		`select distinct p.ledger_key, e.currency from posting p join ledger_entry e on e.id = p.entry_id
		 where not exists (select 1 from ledger_account a where a.key = p.ledger_key and a.currency = e.currency)`},
	{"a floored balance is below zero (account, currency, balance)",
		`select key, currency, balance from ledger_account where balance < 0 and (key like 'wallet:%' or key like 'held:%')`},
	{"what an account has set aside is not what its held items cost (account, set aside, cost)",
		`select a.key, a.balance, cast(coalesce(h.total, 0) as bigint) from ledger_account a
		 left join (select 'held:' || cast(account_id as text) as key, currency, sum(price) as total from item
		            where hold = 'held' group by account_id, currency) h on h.key = a.key and h.currency = a.currency
		 where a.key like 'held:%' and a.balance <> coalesce(h.total, 0)`},
	{"an item is held and its money was not set aside (item, name, set aside)",
		`select i.id, i.name, cast(coalesce(s.total, 0) as bigint) from item i
		 left join (select e.item_id, sum(p.amount) as total from posting p join ledger_entry e on e.id = p.entry_id
		            where p.ledger_key like 'held:%' and e.item_id <> 0 group by e.item_id) s on s.item_id = i.id
		 where (i.hold = 'held' and coalesce(s.total, 0) <> i.price) or (i.hold <> 'held' and coalesce(s.total, 0) <> 0)`},
	{"a hold met more or less than one capture or release (item, hold, holds, captures, releases)",
		`select i.id, i.hold, coalesce(s.holds, 0), coalesce(s.captures, 0), coalesce(s.releases, 0) from item i
		 left join (select item_id, sum(case when kind = 'hold' then 1 else 0 end) as holds,
		                   sum(case when kind = 'capture' then 1 else 0 end) as captures,
		                   sum(case when kind = 'release' then 1 else 0 end) as releases
		            from ledger_entry where item_id <> 0 group by item_id) s on s.item_id = i.id
		 where i.price > 0 and not ((i.hold = 'none' and coalesce(s.holds, 0) = 0 and coalesce(s.captures, 0) = 0 and coalesce(s.releases, 0) = 0)
		    or (i.hold = 'held' and s.holds = 1 and s.captures = 0 and s.releases = 0)
		    or (i.hold = 'captured' and s.holds = 1 and s.captures = 1 and s.releases = 0)
		    or (i.hold = 'released' and s.holds = 1 and s.captures = 0 and s.releases = 1))`},
	{"an item was refunded without a capture, more than once, or while its name runs (item, refunds)",
		`select e.item_id, count(*) from ledger_entry e join item i on i.id = e.item_id where e.kind = 'refund'
		 group by e.item_id, i.hold having count(*) > 1 or i.hold <> 'captured'
		 union all
		 select e.item_id, 1 from ledger_entry e join tenure t on t.id = e.item_id where e.kind = 'refund' and t.ended_at is null`},
	{"an item has ended and its money is still held (item, name, status)",
		`select id, name, status from item where status <> 'doing' and hold = 'held'`},
	{"an item was paid for and its name does not and did not run (item, name, order)",
		`select i.id, i.name, i.order_id from item i join orders o on o.id = i.order_id
		 where i.hold = 'captured' and o.action = 'new'
		   and not exists (select 1 from tenure t where t.order_id = i.order_id and t.name = i.name)`},
	{"a name runs and its order was not paid for or did not succeed (name, order, status, hold)",
		// A batch may have a name twice: one of its items is what the name was bought with, the other failed.
		`select t.name, t.order_id, i.status, i.hold from tenure t
		 join item i on i.order_id = t.order_id and i.name = t.name
		 where t.order_id <> 0 and (i.status <> 'success' or (i.price > 0 and i.hold <> 'captured'))
		   and not exists (select 1 from item g where g.order_id = t.order_id and g.name = t.name
		                     and g.status = 'success' and (g.price = 0 or g.hold = 'captured'))`},
	{"an order's total is not what its items cost (order, total, cost)",
		`select o.id, o.total, cast(coalesce(i.total, 0) as bigint) from orders o
		 left join (select order_id, sum(price) as total from item where hold <> 'none' group by order_id) i on i.order_id = o.id
		 where o.total <> coalesce(i.total, 0)`},
	{"an act was done and what it cost us at the registry is not posted, or not posted once (act, name, cost, posted)",
		`select n.id, n.name, cast(n.payload->>'cost' as bigint), cast(coalesce(s.total, 0) as bigint) from intent n
		 left join (select e.item_id, e.ref, sum(p.amount) as total from ledger_entry e join posting p on p.entry_id = e.id
		            where e.kind = 'cost' and p.ledger_key like 'cost:%' group by e.item_id, e.ref) s
		   on s.item_id = n.item_id and s.ref = n.registry_account
		 where n.state = 'accepted' and cast(coalesce(n.payload->>'cost', '0') as bigint) <> coalesce(s.total, 0)`},
	{"a document was shredded and something of it is left (document)",
		`select d.id, d.shred_by from document d where d.shredded_at is not null
		 and (d.file_name <> '' or exists (select 1 from document_content c where c.document_id = d.id))`},
	{"a picture or a text is kept that no document's retention looks at (document)",
		`select c.document_id, coalesce(d.reading, '') from document_content c left join document d on d.id = c.document_id
		 where d.id is null or (d.shredded_at is null and d.shred_at is null)`},
	{"a document was neither shredded nor is its picture there (document)",
		`select d.id, d.reading from document d where d.shredded_at is null and not exists (select 1 from document_content c where c.document_id = d.id)`},
	{"a sent message still carries its secret (message)",
		`select id, kind from message where sealed is not null and (sent_at is not null or given_up_at is not null)`},
	{"a name runs twice (name, times)",
		`select name, count(*) from tenure where ended_at is null group by name having count(*) > 1`},
	{"two acts are under way for one name (registry account, name, times)",
		`select registry_account, name, count(*) from intent where state in ('open', 'unknown', 'pending')
		 group by registry_account, name having count(*) > 1`},
	{"an item goes on and its acts are over (item, name)",
		`select i.id, i.name from item i where i.status = 'doing'
		   and not exists (select 1 from intent n where n.item_id = i.id and n.state in ` + live + `)`},
	{"an item has ended and an act of it goes on (item, name, status, act)",
		`select i.id, i.name, i.status, n.state from item i join intent n on n.item_id = i.id
		 where i.status <> 'doing' and n.state in ` + live},
	{"an item did not end as its act did (item, name, status, act)",
		`select i.id, i.name, i.status, n.state from item i join intent n on n.item_id = i.id
		 where (i.status = 'success' and n.state = 'refused') or (i.status = 'failed' and n.state = 'accepted')`},
	{"an order's counts are not those of its items (order, doing, success, failed, captured, released)",
		`select o.id, o.doing, o.success, o.failed, o.captured, o.released from orders o
		 left join (select order_id, sum(case when status = 'doing' then 1 else 0 end) as doing,
		                   sum(case when status = 'success' then 1 else 0 end) as success,
		                   sum(case when status = 'failed' then 1 else 0 end) as failed,
		                   sum(case when hold = 'captured' then price else 0 end) as captured,
		                   sum(case when hold = 'released' then price else 0 end) as released
		            from item group by order_id) i on i.order_id = o.id
		 where o.doing <> coalesce(i.doing, 0) or o.success <> coalesce(i.success, 0) or o.failed <> coalesce(i.failed, 0)
		    or o.captured <> coalesce(i.captured, 0) or o.released <> coalesce(i.released, 0)
		    or o.count <> coalesce(i.doing, 0) + coalesce(i.success, 0) + coalesce(i.failed, 0)`},
}

const shownOfEach = 20 // rows of one disagreement that are listed

// Reconcile lists every disagreement within the database, at most 20 rows of each sort: what must be true after any
// commit, whatever was killed when. An empty list means that all of it is. It reads whole tables.
func (s *Store) Reconcile(ctx context.Context) ([]string, error) {
	var out []string
	err := s.read(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		out = nil
		for _, c := range checks {
			rows, err := tx.QueryContext(ctx, c.query+fmt.Sprintf(" limit %d", shownOfEach))
			found, err := collect(rows, err, words)
			if err != nil {
				return fmt.Errorf("%s: %w", c.what, err)
			}
			for _, f := range found {
				out = append(out, c.what+": "+f)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	off, err := s.CheckChain(ctx)
	return append(out, off...), err
}

// words writes a row of any columns.
func words(r *sql.Rows) (string, error) {
	columns, err := r.Columns()
	if err != nil {
		return "", err
	}
	values := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := r.Scan(into...); err != nil {
		return "", err
	}
	text := make([]string, len(columns))
	for i, v := range values {
		text[i] = v.String
	}
	return strings.Join(text, " "), nil
}
