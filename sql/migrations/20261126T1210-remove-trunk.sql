-- Why: a carrier that was left must leave the list of trunks, while the calls it carried keep its name.

alter table trunk add column removed_at timestamptz;
comment on column trunk.removed_at is 'from then on it is in no list and carries no call out; Asterisk takes its calls until its configuration is written again. Its log-in is destroyed';
