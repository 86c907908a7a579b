-- +goose Up

-- What a registry showed of a name when it was last looked at, beyond what the tenure says. A row of empty texts is
-- filled silently by the next look: an act of ours has changed the name since.
create table observed (
    tenure_id    bigint primary key,
    known        boolean     not null, -- false: only seen_at and ignored count
    seen_at      timestamptz not null, -- business time
    registrant   text        not null, -- handle of the registrant's contact
    contacts     text        not null, -- role:handle, with a space between
    verification text        not null, -- status by verificationCode-1.0
    ignored      text        not null  -- digest of a difference that the desk has set aside; '': none
);

-- Why a tenure ended: a fault code, or a word of the log. '': it runs, or ended before this was kept.
alter table tenure add column end_reason text not null default '';
create index tenure_registry on tenure (registry_account, name) where ended_at is null;

-- What a message says, for people and as evidence. It is never believed as state.
alter table poll_message add column kind text not null default '';
alter table poll_message add column facts jsonb not null default '{}';
alter table poll_message add column settled_at timestamptz; -- when the desk was done with a parked one, business time
create index poll_message_name on poll_message (name, id) where name <> '';
create index poll_message_parked on poll_message (id) where not readable and settled_at is null;

-- Where the rolling comparison with a registry stands; nodes share it by moving it on before they look.
create table look_round (
    registry_account text primary key,
    after_name       text        not null, -- the last name taken; '': from the start
    next_at          timestamptz not null, -- wall time from which the next names may be taken
    rounds           bigint      not null, -- finished ones
    looked           bigint      not null, -- names, in all rounds
    differing        bigint      not null  -- names that were not as our rows say, in all rounds
);

-- Frames as they went over the wire, secrets masked. at is wall time.
create table transcript (
    id               bigserial primary key,
    registry_account text        not null,
    session          text        not null,
    at               timestamptz not null,
    sent             boolean     not null, -- true: by us
    command          text        not null, -- domain:create, poll, greeting …
    name             text        not null, -- the one domain name that it is about; ''
    cl_trid          text        not null,
    code             bigint      not null, -- of a response; 0
    bytes            bigint      not null, -- length of the frame
    frame            text        not null
);
create index transcript_name on transcript (name, id) where name <> '';
create index transcript_session on transcript (session, id);
create index transcript_trid on transcript (cl_trid, id) where cl_trid <> '';
create index transcript_at on transcript (at);
