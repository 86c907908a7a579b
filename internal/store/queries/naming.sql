-- name: PutWordList :exec
insert into word_list (list, category, doubtful, suffixes, source, dated, entries, version, loaded_at, loaded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (list) do update
set category = excluded.category, doubtful = excluded.doubtful, suffixes = excluded.suffixes, source = excluded.source,
    dated = excluded.dated, entries = excluded.entries, version = excluded.version, loaded_at = excluded.loaded_at,
    loaded_by = excluded.loaded_by;

-- name: DropWordEntries :exec
delete from word_entry where list = $1;

-- name: DropWordList :execrows
delete from word_list where list = $1;

-- name: GrowWords :one
update word_head set version = version + 1 where id = 0 returning version;

-- name: WordVersion :one
select version from word_head where id = 0;

-- name: WordLists :many
select * from word_list order by list;

-- name: WordEntries :many
select * from word_entry where list = sqlc.arg(list) and id > sqlc.arg(after) order by id limit sqlc.arg(most);

-- name: AllWordEntries :many
select * from word_entry order by list, id;

-- name: InsertNamingReview :execrows
insert into naming_review (id, account_id, name, kind, state, code, facts, statement, item_id, opened_at, decided_at, decided_by, note)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict do nothing;

-- name: SetNamingReview :execrows
update naming_review
set state = sqlc.arg(to_state), decided_at = sqlc.arg(decided_at), decided_by = sqlc.arg(decided_by), note = sqlc.arg(note)
where id = sqlc.arg(id) and state = sqlc.arg(from_state);

-- name: EndItemReview :exec
update naming_review set state = sqlc.arg(to_state), decided_at = sqlc.arg(decided_at)
where item_id = sqlc.arg(item_id) and state = 'open';

-- name: NamingReview :one
select * from naming_review where id = $1;

-- name: GrantedReviews :many
select name from naming_review where account_id = $1 and state = 'granted' and kind <> 'audit';

-- name: IntentOfItem :one
select * from intent where item_id = $1;

-- name: RunningNames :many
select name from tenure where ended_at is null and name > sqlc.arg(after) order by name limit sqlc.arg(most);
