-- Written as PostgreSQL; migrate.go rewrites five words of it for SQLite. Money is bigint minor units. Columns that
-- hold business time and wall time are said so where it matters; absent times are null. Text that could be absent is ''.

-- +goose Up

create table id_block (
    name text primary key,
    next bigint not null
);
insert into id_block (name, next) values ('id', 1000);

create table policy_row (
    kind    text   not null,
    key     text   not null,
    version bigint not null,
    body    text   not null,
    primary key (kind, key, version)
);
-- The highest version of any policy row: one row that decisions on prices can lock.
create table policy_head (
    id      bigint primary key,
    version bigint not null
);
insert into policy_head (id, version) values (0, 0);

create table account (
    id            bigint primary key,
    email         text        not null unique,
    name          text        not null,
    role          text        not null,
    locale        text        not null,
    password_hash text        not null,
    view_version  bigint      not null,
    created_at    timestamptz not null
);

create table api_key (
    secret_id     text primary key,
    sealed_secret bytea       not null,
    account_id    bigint      not null references account (id),
    label         text        not null,
    role          text        not null,
    created_at    timestamptz not null,
    revoked_at    timestamptz
);
create index api_key_account on api_key (account_id);

-- Wall time. The token itself is not kept.
create table session (
    token_hash bytea primary key,
    data       bytea       not null,
    expires_at timestamptz not null
);
create index session_expiry on session (expires_at);

create table template (
    id               bigint primary key,
    account_id       bigint      not null references account (id),
    version          bigint      not null,
    status           text        not null,
    reason           text        not null,
    kind             text        not null,
    owner            text        not null, -- names of the owner, lower case, for searching
    contact          jsonb       not null,
    certificate_type text        not null,
    sealed_number    bytea,
    masked_number    text        not null,
    is_default       boolean     not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    next_action_at   timestamptz -- business time
);
create index template_account on template (account_id, id);
create unique index template_default on template (account_id) where is_default;
create index template_due on template (next_action_at, id) where next_action_at is not null;

create table orders (
    id             bigint primary key,
    number         text        not null,
    account_id     bigint      not null references account (id),
    action         text        not null,
    count          bigint      not null,
    total          bigint      not null,
    currency       text        not null,
    policy_version bigint      not null,
    agreement      text        not null,
    via            text        not null,
    key            text        not null, -- idempotency key; '': none
    created_at     timestamptz not null,
    -- what its items add up to, kept by the commits that move them
    doing          bigint      not null,
    success        bigint      not null,
    failed         bigint      not null,
    captured       bigint      not null,
    released       bigint      not null,
    done_at        timestamptz -- when its owner was told how it ended, business time
);
create unique index orders_key on orders (account_id, key) where key <> '';
create index orders_account on orders (account_id, created_at, id);
create index orders_newest on orders (created_at, id);
create index orders_finished on orders (doing, id) where done_at is null;

create table item (
    id         bigint primary key,
    order_id   bigint      not null references orders (id),
    line       bigint      not null, -- place in the order, from 0
    account_id bigint      not null,
    name       text        not null,
    status     text        not null,
    code       text        not null,
    facts      jsonb       not null,
    price      bigint      not null,
    currency   text        not null,
    hold       text        not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create unique index item_order on item (order_id, line);
create index item_held on item (account_id) where hold = 'held';

-- Registry accounts that ever had an intent: few, so that "who has something due?" is one probe each.
create table intent_queue (
    registry_account text primary key
);

create table intent (
    id               bigint primary key,
    item_id          bigint      not null references item (id),
    account_id       bigint      not null,
    registry_account text        not null,
    name             text        not null,
    kind             text        not null,
    state            text        not null,
    cl_trid          text        not null,
    payload          jsonb       not null,
    template_id      bigint      not null, -- 0: none
    attempts         bigint      not null,
    absences         bigint      not null,
    sent_at          timestamptz,          -- wall time
    next_try_at      timestamptz not null, -- wall time
    deadline_at      timestamptz,          -- business time
    lease_until      timestamptz,          -- wall time; null: nobody's
    lease_owner      text        not null,
    outcome          text        not null, -- last outcome: its kind
    outcome_code     text        not null,
    outcome_facts    jsonb       not null,
    created_at       timestamptz not null,
    updated_at       timestamptz
);
-- At most one act under way per name at a registry.
create unique index intent_open on intent (registry_account, name) where state in ('open', 'unknown', 'pending');
create index intent_due on intent (registry_account, next_try_at, id) where state in ('open', 'unknown', 'pending');
create index intent_queued on intent (registry_account, next_try_at, id) where state = 'queued';
create index intent_turn on intent (registry_account, name, id) where state = 'queued';
create index intent_deadline on intent (deadline_at, id) where state in ('queued', 'unknown', 'pending');
create index intent_busy on intent (account_id, name) where state in ('queued', 'open', 'unknown', 'pending', 'parked');
create index intent_item on intent (item_id);

create table tenure (
    id               bigint primary key,
    account_id       bigint      not null references account (id),
    name             text        not null,
    registry_account text        not null,
    template_id      bigint      not null,
    order_id         bigint      not null,
    roid             text        not null,
    statuses         text        not null, -- with a space before, between and after
    name_servers     text        not null, -- with a space between
    years            bigint      not null,
    auto_renew       bigint      not null,
    registered_at    timestamptz,
    expires_at       timestamptz,
    next_action_at   timestamptz, -- business time
    ended_at         timestamptz,
    version          bigint      not null,
    updated_at       timestamptz
);
create unique index tenure_running on tenure (name) where ended_at is null;
create index tenure_account on tenure (account_id, name) where ended_at is null;
create index tenure_due on tenure (next_action_at, id) where ended_at is null and next_action_at is not null;
create index tenure_order on tenure (order_id);

create table ledger_account (
    key      text   not null,
    currency text   not null,
    balance  bigint not null,
    primary key (key, currency)
);

create table ledger_entry (
    id         bigserial primary key,
    kind       text   not null,
    item_id    bigint not null, -- 0: none
    account_id bigint not null, -- 0: the house's
    ref        text   not null,
    currency   text   not null,
    at         timestamptz      -- business time
);
create index ledger_entry_item on ledger_entry (item_id) where item_id <> 0;

create table posting (
    entry_id   bigint not null references ledger_entry (id),
    line       bigint not null,
    ledger_key text   not null,
    amount     bigint not null,
    primary key (entry_id, line)
);
create index posting_key on posting (ledger_key, entry_id);

-- Append-only. The payload may be erased one day; its hash stays, and the chain is sealed over hashes.
create table event (
    id           bigserial primary key,
    account_id   bigint      not null,
    subject      text        not null,
    kind         text        not null,
    at           timestamptz not null, -- business time
    payload      text        not null, -- JSON; text, since jsonb would not give back the bytes that were hashed
    payload_hash bytea       not null, -- SHA-256 of the payload
    chain_hash   bytea                 -- SHA-256 over the previous chain_hash and this payload_hash, once sealed
);
create index event_account on event (account_id, id);
create index event_subject on event (subject, id);

create table fault_case (
    id         bigserial primary key,
    account_id bigint      not null, -- 0: the desk's alone
    subject    text        not null,
    code       text        not null,
    facts      jsonb       not null,
    opened_at  timestamptz not null,
    cleared_at timestamptz
);
create unique index fault_case_open on fault_case (account_id, subject, code) where cleared_at is null;
create index fault_case_subject on fault_case (subject, id);
create index fault_case_account on fault_case (account_id, id);

create table message (
    id          bigserial primary key,
    account_id  bigint      not null,
    recipient   text        not null,
    locale      text        not null,
    kind        text        not null,
    facts       jsonb       not null,
    at          timestamptz not null,
    attempts    bigint      not null,
    next_try_at timestamptz,          -- wall time; null: at once
    sent_at     timestamptz           -- wall time
);
create index message_unsent on message (id) where sent_at is null;

create table cart_line (
    account_id bigint      not null references account (id),
    name       text        not null,
    years      bigint      not null,
    fee        bigint      not null,
    added_at   timestamptz not null,
    primary key (account_id, name)
);
