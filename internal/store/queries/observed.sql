-- name: Observed :one
select * from observed where tenure_id = $1;

-- name: SetObserved :exec
insert into observed (tenure_id, known, seen_at, registrant, contacts, verification, ignored)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (tenure_id) do update set known = excluded.known, seen_at = excluded.seen_at, registrant = excluded.registrant,
    contacts = excluded.contacts, verification = excluded.verification, ignored = excluded.ignored;

-- name: ForgetObserved :exec
update observed set known = false where tenure_id = $1;

-- name: EndTenure :execrows
update tenure set ended_at = sqlc.arg(ended_at), end_reason = sqlc.arg(reason), next_action_at = null,
    sealed_auth = null, auth_until = null, updated_at = sqlc.arg(ended_at), version = version + 1
where id = sqlc.arg(id) and version = sqlc.arg(version) and ended_at is null;

-- name: TenuresAfter :many
select * from tenure where registry_account = sqlc.arg(registry_account) and ended_at is null and name > sqlc.arg(after)
order by name limit sqlc.arg(most);

-- name: CountTenuresAt :one
select count(*) from tenure where registry_account = $1 and ended_at is null;

-- name: BusyName :one
select count(*) from intent where account_id = sqlc.arg(account) and name = sqlc.arg(name)
  and state in ('queued', 'open', 'unknown', 'pending', 'parked');

-- name: OpenRound :exec
insert into look_round (registry_account, after_name, next_at, rounds, looked, differing) values ($1, '', $2, 0, 0, 0)
on conflict (registry_account) do nothing;

-- name: Round :one
select * from look_round where registry_account = $1;

-- name: Rounds :many
select * from look_round order by registry_account;

-- name: MoveRound :execrows
update look_round set after_name = sqlc.arg(to_name), next_at = sqlc.arg(next_at), rounds = rounds + sqlc.arg(finished)
where registry_account = sqlc.arg(registry_account) and after_name = sqlc.arg(from_name) and next_at <= sqlc.arg(wall);

-- name: CountRound :exec
update look_round set looked = looked + sqlc.arg(looked), differing = differing + sqlc.arg(differing)
where registry_account = sqlc.arg(registry_account);

-- name: PollNotices :many
select id, registry_account, msg_id, queued_at, kind, facts from poll_message
where name = sqlc.arg(name) and registry_account = sqlc.arg(registry_account) and readable
order by queued_at desc, id desc limit sqlc.arg(most);

-- name: Poll :one
select * from poll_message where id = $1;

-- name: SettlePoll :execrows
update poll_message set settled_at = $2 where id = $1 and not readable and settled_at is null;

-- name: FramesBefore :one
select cast(coalesce(max(id), 0) as bigint) from transcript where at < $1;

-- name: FrameEnds :one
select cast(coalesce(min(id), 0) as bigint) as oldest, cast(coalesce(max(id), 0) as bigint) as newest,
       cast(coalesce(sum(bytes), 0) as bigint) as bytes from transcript;

-- name: DropFrames :execrows
delete from transcript where id <= $1;
