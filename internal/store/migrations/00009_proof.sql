-- +goose Up

-- The proof that a name's registrant was verified, as its registry has it and waits for it. Times are business times.
alter table tenure add column verify_by timestamptz;              -- when the registry wants it; null: it waits for none
alter table tenure add column codes_of bigint not null default 0; -- template whose codes the registry has; 0: none
alter table tenure add column contact_by timestamptz;             -- when e-mail or telephone must be verified; null: no term
alter table tenure add column lock_until timestamptz;             -- no transfer away before, after another registrant
alter table tenure add column proof_at timestamptz;               -- when the proof is to be looked at; null: there is no reason
create index tenure_proof on tenure (proof_at, id) where ended_at is null and proof_at is not null;
create index tenure_template on tenure (template_id, id) where ended_at is null;
