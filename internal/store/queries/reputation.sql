-- name: Feeds :many
select * from feed order by feed;

-- name: FeedEdition :one
select edition from feed where feed = $1;

-- name: PutFeed :exec
insert into feed (feed, kind, source, appeal, format, dated, entries, skipped, edition, loaded_at, loaded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (feed) do update
set kind = excluded.kind, source = excluded.source, appeal = excluded.appeal, format = excluded.format, dated = excluded.dated,
    entries = excluded.entries, skipped = excluded.skipped, edition = excluded.edition, loaded_at = excluded.loaded_at, loaded_by = excluded.loaded_by;

-- name: DropFeed :execrows
delete from feed where feed = $1;

-- name: CountFeedEntries :one
select count(*) from feed_entry where edition = $1;

-- name: DropFeedEntries :execrows
delete from feed_entry where (name, edition) in (select e.name, e.edition from feed_entry e where e.edition = sqlc.arg(edition) limit sqlc.arg(most));

-- name: StaleEditions :many
select distinct e.edition from feed_entry e where e.edition < sqlc.arg(before) and not exists (select 1 from feed f where f.edition = e.edition)
order by e.edition limit 10;

-- name: PutRiskConsent :exec
insert into risk_consent (account_id, name, evidence, facts, at, actor, via) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id, name) do update
set evidence = excluded.evidence, facts = excluded.facts, at = excluded.at, actor = excluded.actor, via = excluded.via;

-- name: InsertRiskAppeal :exec
insert into risk_appeal (id, account_id, name, feed, reason, state, note, made_at, decided_at, decided_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: DecideRiskAppeal :execrows
update risk_appeal set state = sqlc.arg(state), note = sqlc.arg(note), decided_at = sqlc.arg(decided_at), decided_by = sqlc.arg(decided_by)
where id = sqlc.arg(id) and state = 'open';

-- name: RiskAppeal :one
select * from risk_appeal where id = $1;
