-- name: InsertAccount :execrows
insert into account (id, email, name, role, locale, password_hash, view_version, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (email) do nothing;

-- name: AccountByEmail :one
select * from account where email = $1;

-- name: AccountByID :one
select * from account where id = $1;

-- name: GrowViewVersion :exec
update account set view_version = view_version + 1 where id = $1;

-- name: InsertAPIKey :exec
insert into api_key (secret_id, sealed_secret, account_id, label, role, created_at, revoked_at)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: RevokeAPIKey :execrows
update api_key set revoked_at = coalesce(revoked_at, $3) where account_id = $1 and secret_id = $2;

-- name: APIKey :one
select * from api_key where secret_id = $1;

-- name: APIKeys :many
select * from api_key where account_id = $1 order by created_at, secret_id;

-- name: PutSession :exec
insert into session (token_hash, data, expires_at) values ($1, $2, $3)
on conflict (token_hash) do update set data = excluded.data, expires_at = excluded.expires_at;

-- name: Session :one
select data from session where token_hash = $1 and expires_at > $2;

-- name: DeleteSession :exec
delete from session where token_hash = $1;

-- name: PruneSessions :execrows
delete from session where expires_at <= $1;

-- name: InsertTemplate :exec
insert into template (id, account_id, version, status, reason, kind, owner, contact, certificate_type, sealed_number,
                      masked_number, is_default, created_at, updated_at, next_action_at, old_form, document_id, valid_from,
                      valid_until, long_term, contact_type, sealed_contact, masked_contact, contact_document_id, verification_id)
values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24);

-- name: DropDefaultTemplate :exec
update template set is_default = false where account_id = $1 and is_default;

-- name: SetTemplateStatus :execrows
update template
set status = sqlc.arg(to_status), reason = sqlc.arg(reason), next_action_at = sqlc.arg(next_action_at),
    updated_at = sqlc.arg(updated_at), version = version + 1
where id = sqlc.arg(id) and status = sqlc.arg(from_status);

-- name: Template :one
select * from template where id = $1;

-- name: PutCart :exec
insert into cart_line (account_id, name, years, fee, renew_fee, added_at) values ($1, $2, $3, $4, $5, $6)
on conflict (account_id, name) do update set years = excluded.years, fee = excluded.fee, renew_fee = excluded.renew_fee, added_at = excluded.added_at;

-- name: Cart :many
select * from cart_line where account_id = $1 order by added_at, name;

-- name: Fix :exec
insert into installation (name, value) values ($1, $2) on conflict (name) do nothing;

-- name: Fixed :one
select value from installation where name = $1;
