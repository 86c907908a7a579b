-- name: TakeChainHead :one
update chain_head set seq = seq where id = 1 returning seq, hash;

-- name: MoveChainHead :exec
update chain_head set seq = $1, hash = $2, sealed_at = $3 where id = 1;

-- name: ChainHead :one
select seq, hash, sealed_at from chain_head where id = 1;

-- name: UnsealedEvents :many
select id, payload_hash from event where chain_seq is null order by id limit $1;

-- name: SealEvent :exec
update event set chain_seq = $2, chain_hash = $3 where id = $1;

-- name: ChainAfter :many
select id, payload, payload_hash, chain_seq, chain_hash from event where chain_seq > $1 order by chain_seq limit $2;

-- name: UnsealedCount :one
select count(*) from event where chain_seq is null;
