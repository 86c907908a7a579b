-- name: InsertOrder :execrows
insert into orders (id, number, account_id, action, count, total, currency, policy_version, agreement, via, key,
                    created_at, doing, success, failed, captured, released, asked, language)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
on conflict (account_id, key) where key <> '' do nothing;

-- name: OrderByKey :one
select * from orders where account_id = $1 and key = $2 and key <> '';

-- name: OrderByID :one
select * from orders where id = $1;

-- name: SetOrderDone :execrows
update orders set done_at = $2 where id = $1 and done_at is null;

-- name: SetItem :one
update item
set status = sqlc.arg(to_status), hold = sqlc.arg(to_hold), code = sqlc.arg(code), facts = sqlc.arg(facts),
    updated_at = sqlc.arg(updated_at)
where id = sqlc.arg(id) and status = sqlc.arg(from_status) and hold = sqlc.arg(from_hold)
returning order_id, price;

-- name: CountOrder :exec
update orders
set doing = doing + sqlc.arg(doing), success = success + sqlc.arg(success), failed = failed + sqlc.arg(failed),
    captured = captured + sqlc.arg(captured), released = released + sqlc.arg(released)
where id = sqlc.arg(id);

-- name: Items :many
select * from item where order_id = $1 and line >= $2 order by line limit $3;

-- name: AddIntentQueue :exec
insert into intent_queue (registry_account) values ($1) on conflict (registry_account) do nothing;

-- name: OverdueIntents :many
select * from intent
where state in ('queued', 'unknown', 'pending', 'review') and deadline_at <= sqlc.arg(business)
  and (lease_until is null or lease_until <= sqlc.arg(wall))
order by deadline_at, id limit sqlc.arg(most);

-- name: WaitingIntents :many
select n.* from intent n join item i on i.id = n.item_id where i.order_id = $1 and n.state in ('queued', 'review') order by n.id;

-- name: DueAccounts :many
select r.registry_account from intent_queue r
where exists (select 1 from intent d
              where d.registry_account = r.registry_account and d.state in ('open', 'unknown', 'pending')
                and d.next_try_at <= sqlc.arg(wall) and (d.lease_until is null or d.lease_until <= sqlc.arg(wall)))
   or exists (select 1 from intent p
              where p.registry_account = r.registry_account and p.state = 'parked'
                and p.next_try_at <= sqlc.arg(wall) and (p.lease_until is null or p.lease_until <= sqlc.arg(wall)))
   or exists (select 1 from intent i
              where i.registry_account = r.registry_account and i.state = 'queued' and i.next_try_at <= sqlc.arg(wall)
                and (select count(*) from intent o where o.registry_account = i.registry_account
                       and o.name = i.name and o.state in ('open', 'unknown', 'pending')) = 0
                and (select min(q.id) from intent q where q.registry_account = i.registry_account
                       and q.name = i.name and q.state = 'queued') = i.id)
order by r.registry_account;

-- name: MovingIntents :one
select (select count(*) from intent q where q.state = 'queued')
     + (select count(*) from intent o where o.state in ('open', 'unknown', 'pending'));

-- name: DueRows :one
select (select count(*) from tenure n where n.ended_at is null and n.next_action_at is not null and n.next_action_at <= $1)
     + (select count(*) from document d where d.reading = 'waiting')
     + (select count(*) from document d where d.shred_at is not null and d.shred_at <= $1)
     + (select count(*) from registry_window w where w.next_action_at is not null and w.next_action_at <= $1)
     + (select count(*) from orders o where o.done_at is null and o.doing = 0);

-- name: FlagTenureProof :exec
update tenure set proof_at = $2 where id = $1 and ended_at is null;

-- name: FlagTemplateProof :exec
update tenure set proof_at = $2 where template_id = $1 and ended_at is null;

-- name: FlagAccountProof :exec
update tenure set proof_at = $2 where account_id = $1 and ended_at is null;

-- A name with an act under way is looked at when that is over.
-- name: DueProofs :many
select * from tenure n
where n.ended_at is null and n.proof_at is not null and n.proof_at <= sqlc.arg(business)
  and (select count(*) from intent i where i.registry_account = n.registry_account and i.name = n.name
         and i.state in ('open', 'unknown', 'pending')) = 0
  and (select count(*) from intent i where i.registry_account = n.registry_account and i.name = n.name and i.state = 'queued') = 0
order by n.proof_at, n.id limit sqlc.arg(most);

-- name: CountDueProofs :one
select count(*) from tenure n
where n.ended_at is null and n.proof_at is not null and n.proof_at <= sqlc.arg(business)
  and (select count(*) from intent i where i.registry_account = n.registry_account and i.name = n.name
         and i.state in ('open', 'unknown', 'pending')) = 0
  and (select count(*) from intent i where i.registry_account = n.registry_account and i.name = n.name and i.state = 'queued') = 0;

-- name: NextProofDue :one
select proof_at from tenure where ended_at is null and proof_at is not null order by proof_at limit 1;

-- name: NextTenureDue :one
select next_action_at from tenure where ended_at is null and next_action_at is not null
order by next_action_at limit 1;

-- name: NextDeadline :one
select deadline_at from intent where state in ('queued', 'unknown', 'pending', 'review') and deadline_at is not null
order by deadline_at limit 1;

-- name: InsertTenure :execrows
insert into tenure (id, account_id, name, registry_account, template_id, order_id, roid, statuses, name_servers, years,
                    auto_renew, registered_at, expires_at, next_action_at, ended_at, version, updated_at, ds, sealed_auth,
                    auth_until, deleted_at, verify_by, codes_of, contact_by, lock_until)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $17, $18, $19, $20, $21, $22, $23, $24)
on conflict (name) where ended_at is null do nothing;

-- name: SetTenure :execrows
update tenure
set account_id = $3, template_id = $4, roid = $5, statuses = $6, name_servers = $7, years = $8, auto_renew = $9,
    registered_at = $10, expires_at = $11, next_action_at = $12, ended_at = $13, updated_at = $14, ds = $15, sealed_auth = $16,
    auth_until = $17, deleted_at = $18, verify_by = $19, codes_of = $20, contact_by = $21, lock_until = $22, version = version + 1
where id = $1 and version = $2;

-- name: TenureByName :one
select * from tenure where name = $1 and ended_at is null;

-- name: TenureByID :one
select * from tenure where id = $1 and ended_at is null;

-- name: DueTenures :many
select * from tenure where ended_at is null and next_action_at is not null and next_action_at <= $1
order by next_action_at, id limit $2;
