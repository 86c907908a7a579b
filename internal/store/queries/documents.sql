-- name: InsertDocument :exec
insert into document (id, account_id, file_name, format, bytes, width, height, reading, reason, created_at, shred_at, shred_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, '');

-- name: PutDocumentContent :exec
insert into document_content (document_id, picture) values ($1, $2);

-- name: DocumentsSince :one
select count(*) from document where account_id = $1 and created_at >= $2;

-- name: Document :one
select * from document where id = $1;

-- name: Documents :many
select * from document where account_id = $1 order by id;

-- name: DocumentContent :one
select * from document_content where document_id = $1;

-- name: SetReading :execrows
update document set reading = sqlc.arg(reading), reason = sqlc.arg(reason), lease_until = null
where id = sqlc.arg(id) and reading = 'waiting';

-- name: PutDocumentText :exec
update document_content set text = $2 where document_id = $1;

-- name: WaitingDocument :one
select * from document
where reading = 'waiting' and shredded_at is null and (lease_until is null or lease_until <= sqlc.arg(wall))
order by id limit 1;

-- name: LeaseDocument :execrows
update document set lease_until = sqlc.arg(until)
where id = sqlc.arg(id) and reading = 'waiting' and (lease_until is null or lease_until <= sqlc.arg(wall));

-- name: WaitingDocuments :one
select count(*) from document where reading = 'waiting';

-- name: DueDocuments :many
select * from document where shred_at is not null and shred_at <= $1 order by shred_at, id limit $2;

-- name: NextDocumentDue :one
select shred_at from document where shred_at is not null order by shred_at limit 1;

-- name: PutOffShredding :execrows
update document set shred_at = $2 where id = $1 and shredded_at is null;

-- name: ShredDocument :execrows
update document
set shredded_at = sqlc.arg(at), shred_by = sqlc.arg(by_rule), shred_at = null, file_name = '', lease_until = null,
    reading = case when reading = 'waiting' then 'failed' else reading end
where id = sqlc.arg(id) and shredded_at is null;

-- name: DropDocumentContent :exec
delete from document_content where document_id = $1;

-- name: TemplatesOfDocument :many
select * from template where document_id = $1 or contact_document_id = $1 order by id;

-- name: LeftOver :many
select d.id from document d join document_content c on c.document_id = d.id where d.shredded_at is not null order by d.id;

-- name: SetTemplate :execrows
update template
set status = sqlc.arg(status), reason = sqlc.arg(reason), kind = sqlc.arg(kind), owner = sqlc.arg(owner), contact = sqlc.arg(contact),
    certificate_type = sqlc.arg(certificate_type), sealed_number = sqlc.arg(sealed_number), masked_number = sqlc.arg(masked_number),
    is_default = sqlc.arg(is_default), updated_at = sqlc.arg(updated_at), next_action_at = sqlc.arg(next_action_at),
    old_form = sqlc.arg(old_form), document_id = sqlc.arg(document_id), valid_from = sqlc.arg(valid_from), valid_until = sqlc.arg(valid_until),
    long_term = sqlc.arg(long_term), contact_type = sqlc.arg(contact_type), sealed_contact = sqlc.arg(sealed_contact),
    masked_contact = sqlc.arg(masked_contact), contact_document_id = sqlc.arg(contact_document_id),
    verification_id = sqlc.arg(verification_id), number_mac = null, version = version + 1
where id = sqlc.arg(id) and version = sqlc.arg(version);

-- name: TemplateUse :one
select (select count(*) from intent i where i.template_id = $1 and i.state in ('queued', 'open', 'unknown', 'pending', 'parked', 'review')) as acts,
       (select count(*) from tenure n where n.template_id = $1 and n.ended_at is null) as names;

-- name: DeleteTemplate :execrows
delete from template where id = $1 and version = $2;

-- name: Reach :one
select * from reach where account_id = $1 and type = $2 and code = $3;

-- name: PutReach :exec
insert into reach (account_id, type, code, verified_at) values ($1, $2, $3, $4)
on conflict (account_id, type, code) do update set verified_at = excluded.verified_at;

-- name: DropReach :execrows
delete from reach where account_id = $1 and type = $2 and code = $3;

-- name: InsertReachCode :exec
insert into reach_code (account_id, type, code, mac, sent_at, expires_at, attempts) values ($1, $2, $3, $4, $5, $6, 0);

-- name: CodesOfAccount :one
select count(*) from reach_code where account_id = $1 and sent_at > $2;

-- name: CodesOfReach :one
select count(*) from reach_code where type = $1 and code = $2 and sent_at > $3;

-- name: NewestCode :one
select * from reach_code where account_id = $1 and type = $2 and code = $3 order by id desc limit 1;

-- name: TryReachCode :execrows
update reach_code set attempts = attempts + 1 where id = $1 and attempts < $2;

-- name: UseReachCode :execrows
update reach_code set expires_at = sent_at where id = $1 and expires_at > sent_at;

-- name: PruneReachCodes :execrows
delete from reach_code where sent_at < $1;

-- name: OldReachCodes :one
select count(*) from reach_code where sent_at < $1;

-- name: MakeDefaultTemplate :execrows
update template set is_default = true where id = $1 and account_id = $2;

-- name: DropStepsOfTemplate :exec
delete from verification_step where verification_id in (select v.id from verification v where v.template_id = $1);

-- name: DropCodesOfTemplate :exec
delete from verification_code where template_id = $1;

-- name: DropVerificationsOfTemplate :exec
delete from verification where template_id = $1;

-- name: EraseCases :exec
update fault_case set facts = '{}' where account_id = $1 and subject = $2 and cleared_at is not null;

-- name: EraseRecipients :execrows
update message set recipient = '' where account_id = $1 and recipient <> $2 and recipient <> '' and (sent_at is not null or given_up_at is not null);

-- name: DropReachCodes :exec
delete from reach_code where account_id = $1;
