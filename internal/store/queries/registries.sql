-- name: EnsureQuota :exec
insert into session_quota (registry_account) values ($1) on conflict (registry_account) do nothing;

-- name: LockQuota :execrows
update session_quota set registry_account = registry_account where registry_account = $1;

-- name: DropLapsedShares :exec
delete from session_lease where registry_account = $1 and until <= $2;

-- name: SessionShares :many
select registry_account, node, held, open, polls, until from session_lease
where registry_account = $1 order by node;

-- name: PutShare :exec
insert into session_lease (registry_account, node, held, open, polls, until) values ($1, $2, $3, $4, $5, $6)
on conflict (registry_account, node) do update
set held = excluded.held, open = excluded.open, polls = excluded.polls, until = excluded.until;

-- name: DropShares :exec
delete from session_lease where node = $1;

-- name: InsertWindow :exec
insert into registry_window (registry_account, ref, starts_at, ends_at, impact, reason, state, next_action_at, entered_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: UpdateWindow :execrows
update registry_window set starts_at = $3, ends_at = $4, impact = $5, reason = $6, state = $7, next_action_at = $8
where registry_account = $1 and ref = $2;

-- name: MoveWindow :execrows
update registry_window set state = sqlc.arg(to_state), next_action_at = sqlc.arg(next_action_at)
where id = sqlc.arg(id) and state = sqlc.arg(from_state);

-- name: Windows :many
select * from registry_window where registry_account = $1 and ends_at > $2 order by starts_at, id limit 200;

-- name: Window :one
select * from registry_window where id = $1;

-- name: DueWindows :many
select * from registry_window where next_action_at is not null and next_action_at <= $1 order by next_action_at, id limit $2;

-- name: NextWindowDue :one
select next_action_at from registry_window where next_action_at is not null order by next_action_at limit 1;

-- name: RegistryState :one
select * from registry_state where registry_account = $1;

-- name: RegistryWindowsOn :many
select * from registry_window where registry_account = $1 and state = 'on' order by ends_at, id limit 20;

-- name: PauseRegistry :exec
insert into registry_state (registry_account, paused, facts, paused_at, probe_at, probes)
values (sqlc.arg(registry_account), sqlc.arg(paused), sqlc.arg(facts), sqlc.arg(paused_at), sqlc.arg(probe_at), 0)
on conflict (registry_account) do update
set paused = excluded.paused, facts = excluded.facts, probe_at = excluded.probe_at,
    paused_at = case when registry_state.paused = excluded.paused then registry_state.paused_at else excluded.paused_at end,
    probes = case when registry_state.paused = excluded.paused then registry_state.probes + 1 else 0 end;

-- name: ProbeRegistry :exec
update registry_state set probe_at = sqlc.arg(probe_at) where registry_account = sqlc.arg(registry_account) and paused <> '';

-- name: ResumeRegistry :execrows
update registry_state set paused = '', facts = '{}', paused_at = null, probe_at = null, probes = 0, resumed_at = sqlc.arg(resumed_at)
where registry_account = sqlc.arg(registry_account) and paused = sqlc.arg(paused);

-- name: EndedPause :exec
insert into registry_state (registry_account, paused, facts, probes, resumed_at) values ($1, '', '{}', 0, $2)
on conflict (registry_account) do update set resumed_at = excluded.resumed_at;

-- name: TakeProbe :execrows
update registry_state set probe_at = sqlc.arg(next_probe_at)
where registry_account = sqlc.arg(registry_account) and paused <> '' and probe_at is not null and probe_at <= sqlc.arg(wall);

-- name: PutBalance :exec
insert into registry_state (registry_account, paused, facts, probes, balance, balance_at) values ($1, '', '{}', 0, $2, $3)
on conflict (registry_account) do update set balance = excluded.balance, balance_at = excluded.balance_at;

-- name: Credentials :many
select * from registry_credential where registry_account = $1 and state in ('current', 'pending') order by id;

-- name: PendingCredentials :many
select * from registry_credential where state = 'pending' and created_at <= $1 order by id limit 100;

-- name: InsertCredential :exec
insert into registry_credential (registry_account, kind, state, sealed, not_after, fingerprint, changed_by, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8);

-- name: MoveCredential :execrows
update registry_credential set state = sqlc.arg(to_state), updated_at = sqlc.arg(at)
where registry_account = sqlc.arg(registry_account) and kind = sqlc.arg(kind) and state = sqlc.arg(from_state);

-- name: EraseCredentials :exec
update registry_credential set sealed = sqlc.arg(nothing)
where registry_account = sqlc.arg(registry_account) and kind = sqlc.arg(kind) and state in ('former', 'dropped');

-- name: WaitingItems :many
select t.id, t.hold, i.name from intent i join item t on t.id = i.item_id
where i.registry_account = sqlc.arg(registry_account) and i.state = 'queued' and t.status = 'doing' and t.code <> sqlc.arg(code)
order by i.id limit sqlc.arg(most);
