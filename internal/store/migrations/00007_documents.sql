-- +goose Up

-- What a template has had since the form of 2026. Templates from before it are of the old form: they can't be used
-- until they are converted.
alter table template add column old_form boolean not null default true;
alter table template add column document_id bigint not null default 0;         -- the owner's; 0: none
alter table template add column valid_from timestamptz;                        -- of that document
alter table template add column valid_until timestamptz;                       -- null: not told, or long-term
alter table template add column long_term boolean not null default false;
alter table template add column contact_type text not null default '';         -- of the contact person's own document
alter table template add column sealed_contact bytea;                          -- its number
alter table template add column masked_contact text not null default '';
alter table template add column contact_document_id bigint not null default 0;
alter table template add column verification_id bigint not null default 0;     -- the newest submission; 0: never submitted
create index template_document on template (document_id) where document_id <> 0;
create index template_contact_document on template (contact_document_id) where contact_document_id <> 0;

-- A picture of an identity document. The row stays when the picture is shredded: it is the proof.
create table document (
    id          bigint primary key,
    account_id  bigint      not null references account (id),
    file_name   text        not null,
    format      text        not null,
    bytes       bigint      not null,
    width       bigint      not null,
    height      bigint      not null,
    reading     text        not null,
    reason      text        not null,
    created_at  timestamptz not null, -- business time, as all but the lease
    shred_at    timestamptz,          -- when retention looks at it again; null: it is shredded
    shred_by    text        not null, -- the rule that shredded it
    shredded_at timestamptz,
    lease_until timestamptz           -- wall time; who reads it now has it until then
);
create index document_account on document (account_id, id);
create index document_waiting on document (id) where reading = 'waiting';
create index document_shred on document (shred_at, id) where shred_at is not null;

-- Apart from the rows that lists read. Both are sealed; a row is here as long as there is something left to shred.
create table document_content (
    document_id bigint primary key references document (id),
    picture     bytea not null,
    text        bytea -- what was read, as JSON; null: not read
);

-- Telephone numbers and e-mail addresses that an account has proved to be reached by.
create table reach (
    account_id  bigint      not null references account (id),
    type        bigint      not null, -- 1 telephone, 2 e-mail
    code        text        not null,
    verified_at timestamptz not null,
    primary key (account_id, type, code)
);

-- One-time codes that were sent, as MACs. Times are wall times.
create table reach_code (
    id         bigserial primary key,
    account_id bigint      not null references account (id),
    type       bigint      not null,
    code       text        not null,
    mac        bytea       not null,
    sent_at    timestamptz not null,
    expires_at timestamptz not null,
    attempts   bigint      not null
);
create index reach_code_account on reach_code (account_id, type, code, id);
create index reach_code_sent on reach_code (type, code, sent_at);

-- What a message says that must not lie about in clear: sealed, and erased when it was sent.
alter table message add column sealed bytea;
alter table message add column channel text not null default ''; -- '': mail; sms
