-- +goose Up

-- Sessions at registries are a quota that all nodes share. The quota row is what nodes lock while they share it out.
create table session_quota (
    registry_account text primary key
);
create table session_lease (
    registry_account text        not null,
    node             text        not null,
    held             bigint      not null, -- sessions that the node may have open
    open             bigint      not null, -- that it had at its latest renewal
    polls            boolean     not null, -- it takes messages off the queue; one node an account
    until            timestamptz not null, -- wall time
    primary key (registry_account, node)
);

-- Maintenance of registries: what they announce (RFC 9167), and what operators enter. Business time.
create table registry_window (
    id               bigserial primary key,
    registry_account text        not null,
    ref              text        not null, -- the registry's identifier; '': an operator's
    starts_at        timestamptz not null,
    ends_at          timestamptz not null,
    impact           text        not null,
    reason           text        not null,
    state            text        not null,
    next_action_at   timestamptz, -- when it begins or ends; null: neither any more
    entered_by       text        not null,
    created_at       timestamptz not null
);
create unique index registry_window_ref on registry_window (registry_account, ref) where ref <> '';
create index registry_window_account on registry_window (registry_account, ends_at);
create index registry_window_due on registry_window (next_action_at, id) where next_action_at is not null;

create table registry_state (
    registry_account text primary key,
    paused           text        not null, -- fault code; '': not paused
    facts            jsonb       not null,
    paused_at        timestamptz,          -- business time
    probe_at         timestamptz,          -- wall time
    probes           bigint      not null,
    resumed_at       timestamptz,          -- business time
    balance          bigint,               -- the registry's figure of our deposit, minor units
    balance_at       timestamptz           -- business time
);

create table registry_credential (
    id               bigserial primary key,
    registry_account text        not null,
    kind             text        not null,
    state            text        not null,
    sealed           bytea       not null,
    not_after        timestamptz,          -- wall time
    fingerprint      text        not null,
    changed_by       text        not null,
    created_at       timestamptz not null, -- wall time
    updated_at       timestamptz not null  -- wall time
);
create unique index registry_credential_current on registry_credential (registry_account, kind) where state = 'current';
create unique index registry_credential_pending on registry_credential (registry_account, kind) where state = 'pending';
