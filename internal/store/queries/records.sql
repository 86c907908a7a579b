-- name: NextIDs :one
update id_block set next = next + sqlc.arg(n) where name = 'id' returning next;

-- name: OpenLedgerAccount :exec
insert into ledger_account (key, currency, balance) values ($1, $2, 0) on conflict (key, currency) do nothing;

-- name: MoveBalance :execrows
update ledger_account set balance = balance + sqlc.arg(amount)
where key = sqlc.arg(key) and currency = sqlc.arg(currency) and balance + sqlc.arg(lowest) >= 0;

-- name: MoveUnfloored :execrows
update ledger_account set balance = balance + sqlc.arg(amount)
where key = sqlc.arg(key) and currency = sqlc.arg(currency);

-- name: Balance :one
select balance from ledger_account where key = $1 and currency = $2;

-- name: BalancesOf :many
select * from ledger_account where key = $1 or key = $2 order by currency;

-- name: HouseBalances :many
select * from ledger_account where key not like 'wallet:%' and key not like 'held:%' order by key, currency;

-- name: OwnersBalances :one
select cast(coalesce(sum(case when key like 'wallet:%' then balance else 0 end), 0) as bigint) as wallets,
       cast(coalesce(sum(case when key like 'held:%' then balance else 0 end), 0) as bigint) as held,
       cast(coalesce(sum(balance), 0) as bigint) as everything
from ledger_account;

-- name: Statement :many
select e.id, e.kind, p.amount, e.currency, e.ref, e.at, e.item_id, i.name, i.order_id, o.number
from posting p
join ledger_entry e on e.id = p.entry_id
left join item i on i.id = e.item_id
left join orders o on o.id = i.order_id
where p.ledger_key = sqlc.arg(key) and p.entry_id < sqlc.arg(before)
order by p.entry_id desc limit sqlc.arg(most);

-- name: OpenCase :exec
insert into fault_case (account_id, subject, code, facts, opened_at) values ($1, $2, $3, $4, $5)
on conflict (account_id, subject, code) where cleared_at is null do update set facts = excluded.facts;

-- name: ClearCase :exec
update fault_case set cleared_at = sqlc.arg(cleared_at)
where account_id = sqlc.arg(account) and subject = sqlc.arg(subject) and code = sqlc.arg(code) and cleared_at is null;

-- name: ClearCases :exec
update fault_case set cleared_at = sqlc.arg(cleared_at)
where account_id = sqlc.arg(account) and subject = sqlc.arg(subject) and cleared_at is null;

-- name: UnsentMessages :one
select count(*) from message where sent_at is null and given_up_at is null;

-- name: MarkMessageSent :execrows
update message set sent_at = $2, sealed = null where id = $1;

-- name: MarkMessageFailed :execrows
update message set next_try_at = $2 where id = $1 and sent_at is null;

-- name: MarkMessageRefused :one
update message set refusals = refusals + 1, next_try_at = sqlc.arg(next_try_at)
where id = sqlc.arg(id) and sent_at is null and given_up_at is null
returning account_id, recipient, kind, at, refusals;

-- name: GiveUpMessage :exec
update message set given_up_at = $2, sealed = null where id = $1;

-- name: TakePayment :execrows
insert into payment (account_id, ref, amount, currency, at) values ($1, $2, $3, $4, $5)
on conflict (account_id, ref) do nothing;

-- name: PaymentAmount :one
select amount from payment where account_id = $1 and ref = $2;

-- name: KeepPoll :execrows
insert into poll_message (registry_account, msg_id, queued_at, hash, raw, readable, name, cl_trid, seen_at, kind, facts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (registry_account, msg_id, queued_at, hash) do nothing;

-- name: OpenPolls :many
select id, registry_account, msg_id, queued_at, readable, name, cl_trid, kind, facts, raw from poll_message
where done_at is null order by id limit $1;

-- name: PollDone :execrows
update poll_message set done_at = $2 where id = $1 and done_at is null;

-- name: HurryIntent :exec
update intent set next_try_at = sqlc.arg(wall)
where registry_account = sqlc.arg(registry_account) and cl_trid = sqlc.arg(cl_trid)
  and state in ('unknown', 'pending', 'parked');

-- name: Policies :many
select p.kind, p.key, p.version, p.body from policy_row p
where p.version = (select max(n.version) from policy_row n where n.kind = p.kind and n.key = p.key)
order by p.kind, p.key;

-- name: CountPolicies :one
select count(*) from policy_row;

-- name: InsertPolicy :exec
insert into policy_row (kind, key, version, body) values ($1, $2, $3, $4) on conflict (kind, key, version) do nothing;

-- name: RaisePolicyHead :exec
update policy_head set version = sqlc.arg(version) where id = 0 and version < sqlc.arg(version);

-- name: SpentOn :one
select cast(coalesce(sum(p.amount), 0) as bigint) from item i
join ledger_entry e on e.item_id = i.id
join posting p on p.entry_id = e.id
where i.name = sqlc.arg(name) and p.ledger_key = sqlc.arg(ledger_key) and e.at >= sqlc.arg(since);
