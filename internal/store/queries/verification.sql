-- name: InsertVerification :exec
insert into verification (id, account_id, template_id, template_version, version, state, role, provider, tried, own_ref, reference, attempts,
                          submitted_at, deadline_at, next_action_at, decided_at, resubmit_at, next_try_at, lease_until, lease_owner,
                          decided_by, verdicts, findings, not_performed, overridden_by)
values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24);

-- name: SetVerification :execrows
update verification
set state = sqlc.arg(state), role = sqlc.arg(role), provider = sqlc.arg(provider), tried = sqlc.arg(tried), own_ref = sqlc.arg(own_ref),
    reference = sqlc.arg(reference), attempts = sqlc.arg(attempts), deadline_at = sqlc.arg(deadline_at),
    next_action_at = sqlc.arg(next_action_at), decided_at = sqlc.arg(decided_at), resubmit_at = sqlc.arg(resubmit_at),
    next_try_at = sqlc.arg(next_try_at), lease_until = sqlc.arg(lease_until), lease_owner = sqlc.arg(lease_owner),
    decided_by = sqlc.arg(decided_by), verdicts = sqlc.arg(verdicts), findings = sqlc.arg(findings),
    not_performed = sqlc.arg(not_performed), overridden_by = sqlc.arg(overridden_by), version = version + 1
where id = sqlc.arg(id) and version = sqlc.arg(version);

-- name: Verification :one
select * from verification where id = $1;

-- name: NewestVerification :one
select * from verification where template_id = $1 order by id desc limit 1;

-- name: VerificationByReference :one
select * from verification where provider = $1 and reference = $2 and reference <> '' order by id desc limit 1;

-- name: VerificationByOwnRef :one
select * from verification where own_ref = $1 and own_ref <> '' order by id desc limit 1;

-- name: DueVerifications :many
select * from verification
where state in ('queued', 'unknown', 'waiting') and next_action_at <= sqlc.arg(now) and (next_try_at is null or next_try_at <= sqlc.arg(wall))
order by next_action_at, id limit sqlc.arg(most);

-- name: LapsedVerifications :many
select * from verification where state = 'open' and lease_until <= sqlc.arg(wall) order by lease_until, id limit sqlc.arg(most);

-- name: ReadingVerifications :many
select * from verification where state = 'reading' order by id limit $1;

-- name: ResubmittedVerifications :many
select * from verification where resubmit_at is not null and resubmit_at <= sqlc.arg(now) order by resubmit_at, id limit sqlc.arg(most);

-- name: OpenAt :one
select count(*) from verification where provider = $1 and state in ('open', 'unknown');

-- name: DueVerificationCount :one
select (select count(*) from verification d where d.state in ('queued', 'unknown', 'waiting') and d.next_action_at <= sqlc.arg(now))
     + (select count(*) from verification r where r.resubmit_at is not null and r.resubmit_at <= sqlc.arg(now));

-- name: MovingVerifications :one
select (select count(*) from verification o where o.state = 'open')
     + (select count(*) from verification r where r.state = 'reading');

-- name: NextVerificationDue :one
select next_action_at from verification where state in ('queued', 'unknown', 'waiting') and next_action_at is not null
order by next_action_at limit 1;

-- name: NextResubmission :one
select resubmit_at from verification where resubmit_at is not null order by resubmit_at limit 1;

-- name: NextReadingDue :one
select next_action_at from verification where state = 'reading' and next_action_at is not null order by next_action_at limit 1;

-- name: HandedVerifications :one
select count(*) from verification where state in ('open', 'unknown', 'waiting');

-- name: AddVerificationStep :exec
insert into verification_step (verification_id, at, kind, actor, facts) values ($1, $2, $3, $4, $5);

-- name: VerificationSteps :many
select * from verification_step where verification_id = $1 order by id;

-- name: DeskVerifications :many
select * from verification where state = 'desk' order by deadline_at, id limit $1 offset $2;

-- name: CountDesk :one
select count(*) from verification where state = 'desk';

-- name: PutVerificationCode :exec
insert into verification_code (template_id, name, type, value, provider, sealed, issued_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (template_id, name, type) do update
set value = excluded.value, provider = excluded.provider, sealed = excluded.sealed, issued_at = excluded.issued_at;

-- name: VerificationCodes :many
select * from verification_code where template_id = $1 and name in ('', $2) order by type;

-- name: PutRegisterList :exec
insert into register_list (list, code, source, registry, dated, entries, loaded_at, loaded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (list) do update
set code = excluded.code, source = excluded.source, registry = excluded.registry, dated = excluded.dated, entries = excluded.entries,
    loaded_at = excluded.loaded_at, loaded_by = excluded.loaded_by;

-- name: DropRegisterEntries :exec
delete from register_entry where list = $1;

-- name: DropRegisterList :execrows
delete from register_list where list = $1;

-- name: RegisterLists :many
select * from register_list order by list;

-- name: RegisterEntries :many
select * from register_entry where list = sqlc.arg(list) and id > sqlc.arg(after) order by id limit sqlc.arg(most);

-- name: RegisterWords :many
select * from register_entry where not number order by list, id;

-- name: RegisterNumbers :many
select * from register_entry where number and value = $1 order by list, id;

-- name: PointAtVerification :exec
update template set verification_id = $2 where id = $1;

-- name: NamesUnder :many
select name from tenure where template_id = $1 and ended_at is null order by id limit $2;
