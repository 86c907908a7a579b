-- +goose Up

-- Lists of names with a bad past. Entries are loaded in many commits under an edition of their own; the feed points at
-- the edition that counts, and others are swept away.
create table feed (
    feed      text primary key,
    kind      text        not null,
    source    text        not null,
    appeal    text        not null,
    format    text        not null,
    dated     text        not null, -- 2006-01-02, as its source dates it
    entries   bigint      not null,
    skipped   bigint      not null,
    edition   bigint      not null,
    loaded_at timestamptz not null, -- business time
    loaded_by text        not null
);
create table feed_entry (
    name    text   not null,
    edition bigint not null,
    host    text   not null, -- as listed
    since   text   not null, -- 2006-01-02; ''
    reason  text   not null,
    primary key (name, edition)
);
create index feed_entry_edition on feed_entry (edition);

-- A buyer's word that a name's past is known to them, and what they were shown.
create table risk_consent (
    account_id bigint      not null references account (id),
    name       text        not null,
    evidence   text        not null, -- digest of what was shown
    facts      jsonb       not null,
    at         timestamptz not null, -- business time
    actor      text        not null,
    via        text        not null,
    primary key (account_id, name)
);

create table risk_appeal (
    id         bigint primary key,
    account_id bigint      not null references account (id),
    name       text        not null,
    feed       text        not null,
    reason     text        not null,
    state      text        not null,
    note       text        not null,
    made_at    timestamptz not null, -- business time
    decided_at timestamptz,
    decided_by text        not null
);
create unique index risk_appeal_open on risk_appeal (account_id, name, feed) where state = 'open';
create index risk_appeal_name on risk_appeal (name) where state = 'granted';
create index risk_appeal_account on risk_appeal (account_id, id);
create index risk_appeal_desk on risk_appeal (id) where state = 'open';

-- A premium name's renewal, as the registry said it when the name was put into the cart. 0: standard.
alter table cart_line add column renew_fee bigint not null default 0;

create index fault_case_code on fault_case (code, id) where cleared_at is null;
