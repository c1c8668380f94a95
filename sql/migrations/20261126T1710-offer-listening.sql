-- Why: what a worker has left is heard before their phone rings, and that takes longer than an offer is open.

alter table callback_offer add column listening_since timestamptz;
comment on column callback_offer.listening_since is 'the agent asked for time to listen to what was left; null: not yet, and it is given once';
