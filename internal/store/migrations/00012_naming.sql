-- +goose Up

-- Lists of words that names are held against before they are ordered.
create table word_list (
    list      text primary key,
    category  text        not null,
    doubtful  boolean     not null, -- people look at what meets it; else it is refused
    suffixes  text        not null, -- with a space between; '': every
    source    text        not null,
    dated     text        not null, -- 2006-01-02, as its source dates it
    entries   bigint      not null,
    version   bigint      not null, -- of all lists, when this one was loaded
    loaded_at timestamptz not null, -- business time
    loaded_by text        not null
);
create table word_entry (
    id      bigserial primary key,
    list    text  not null references word_list (list),
    word    text  not null,
    place   text  not null, -- contains, exact, prefix, suffix, word
    note    text  not null,
    bearers jsonb not null  -- labels that may bear it
);
create index word_entry_list on word_entry (list, id);

-- The version of all lists together: it grows with each change of any.
create table word_head (
    id      bigint primary key, -- 0
    version bigint not null
);
insert into word_head (id, version) values (0, 0);

-- People's looks at names: in doubt before a create, appealed against our lists, or against the registry's audit.
create table naming_review (
    id         bigint primary key,
    account_id bigint      not null references account (id),
    name       text        not null,
    kind       text        not null,
    state      text        not null,
    code       text        not null,
    facts      jsonb       not null,
    statement  text        not null,
    item_id    bigint      not null, -- that waits for it; 0: none
    opened_at  timestamptz not null, -- business time
    decided_at timestamptz,          -- business time
    decided_by text        not null,
    note       text        not null
);
create index naming_review_queue on naming_review (opened_at, id) where state = 'open';
create unique index naming_review_one on naming_review (account_id, name) where state = 'open' and item_id = 0;
create unique index naming_review_item on naming_review (item_id) where item_id <> 0;
create index naming_review_granted on naming_review (account_id, name) where state = 'granted';
create index naming_review_account on naming_review (account_id, id);

-- Acts that wait for such a look are dated like others.
drop index intent_deadline;
create index intent_deadline on intent (deadline_at, id) where state in ('queued', 'unknown', 'pending', 'review');
