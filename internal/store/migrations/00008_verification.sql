-- +goose Up

-- Reviews that were simulated are over: what was under one is submitted again, to an authority.
update template set status = 'NotUpload', next_action_at = null where status = 'InAudit';
drop index template_due;

-- One submission of a template. At most one is under way for a template.
create table verification (
    id               bigint primary key,
    account_id       bigint      not null references account (id),
    template_id      bigint      not null references template (id),
    template_version bigint      not null, -- as it was submitted
    version          bigint      not null,
    state            text        not null,
    role             text        not null, -- whose document the authority has: contact, then owner
    provider         text        not null,
    tried            text        not null, -- providers that were given up, with a space between
    own_ref          text        not null, -- ours, under which the authority can be asked; '': never handed over
    reference        text        not null, -- the authority's; '': not told
    attempts         bigint      not null, -- at handing over to the present provider
    submitted_at     timestamptz not null, -- business time, as the next four
    deadline_at      timestamptz,
    next_action_at   timestamptz,
    decided_at       timestamptz,
    resubmit_at      timestamptz,          -- when it is submitted again by itself; null: it is not
    next_try_at      timestamptz,          -- wall time
    lease_until      timestamptz,          -- wall time; null: nobody's
    lease_owner      text        not null,
    decided_by       text        not null,
    verdicts         jsonb       not null,
    findings         jsonb       not null, -- what our own checks found, without numbers
    not_performed    jsonb       not null,
    overridden_by    text        not null  -- operator who approved over a refusal and waits for a second; ''
);
create unique index verification_open on verification (template_id) where state in ('reading', 'desk', 'queued', 'open', 'unknown', 'waiting');
create index verification_template on verification (template_id, id);
create index verification_due on verification (next_action_at, id) where state in ('queued', 'unknown', 'waiting');
create index verification_out on verification (lease_until, id) where state = 'open';
create index verification_reading on verification (id) where state = 'reading';
create index verification_desk on verification (deadline_at, id) where state = 'desk';
create index verification_resubmit on verification (resubmit_at, id) where resubmit_at is not null;
create index verification_reference on verification (provider, reference) where reference <> '';
create index verification_own on verification (own_ref) where own_ref <> '';

-- What happened to a submission, for its owner's eyes and the desk's. No numbers, no pictures.
create table verification_step (
    id              bigserial primary key,
    verification_id bigint      not null references verification (id),
    at              timestamptz not null, -- business time
    kind            text        not null,
    actor           text        not null,
    facts           jsonb       not null
);
create index verification_step_of on verification_step (verification_id, id);

-- Codes that prove a registrant ('real-name', without a name) or a name of his ('domain') to registries.
create table verification_code (
    template_id bigint      not null references template (id),
    name        text        not null, -- '': the registrant's own
    type        text        not null,
    value       text        not null,
    provider    text        not null,
    sealed      bytea       not null, -- the signed document
    issued_at   timestamptz not null, -- business time
    primary key (template_id, name, type)
);

-- Registers of people and organisations that may not register, and of words that names may not have.
create table register_list (
    list      text primary key,
    code      text        not null, -- fault code of who is found in it
    source    text        not null,
    registry  text        not null, -- whose bar it is; '': everybody's
    dated     text        not null, -- 2006-01-02, as its source dates it
    entries   bigint      not null,
    loaded_at timestamptz not null, -- business time
    loaded_by text        not null
);
create table register_entry (
    id     bigserial primary key,
    list   text    not null references register_list (list),
    number boolean not null, -- the value is a keyed hash of a number; else a name or a word
    value  text    not null,
    since  text    not null, -- 2006-01-02; ''
    until  text    not null, -- 2006-01-02; '': it stands
    note   text    not null,
    bearers jsonb  not null  -- names that may bear the word
);
create index register_entry_list on register_entry (list, id);
