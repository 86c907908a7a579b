-- name: NextPolicyVersion :one
update policy_head set version = version + 1 where id = 0 returning version;

-- name: PolicyVersion :one
select version from policy_head where id = 0;

-- name: SetPriceGroup :execrows
update account set price_group = $2 where id = $1;

-- name: GroupedAccounts :many
select * from account where price_group <> '' order by price_group, email limit $1;
