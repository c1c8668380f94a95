-- Why: a caller waits for an agent, talks, and the conversation becomes work like a callback's: script, case and outcome.

alter table call drop constraint call_status_check;
alter table call add constraint call_status_check
  check (status in ('ringing', 'menu', 'message', 'waiting', 'agent', 'talking', 'ended'));
-- queue: who waits longer for the same language
create index call_waiting_idx on call (country_id, language_code, started_at) where status = 'waiting';
-- queue: how long the last conversations took
create index call_talked_idx on call (country_id, ended_at desc) where answered_at is not null and ended_at is not null and direction = 'inbound';

alter table agent
  add column break_reason text check (break_reason in ('meal', 'rest', 'training', 'meeting', 'technical')),
  add column held_for_call_id uuid,
  add column hold_until timestamptz,
  add constraint agent_break_reason_fits check (break_reason is null or status = 'break'),
  add constraint agent_hold_fits check ((held_for_call_id is null) = (hold_until is null)),
  add constraint agent_held_is_on_call check (held_for_call_id is null or status = 'on-call');
comment on column agent.break_reason is 'from a short list, never free text; null: not said';
comment on column agent.held_for_call_id is 'the waiting caller whose call is being put through; null once both talk. No foreign key: the call''s row is written behind';
comment on column agent.hold_until is 'real time: a hold that nobody ended by then is over, for its process died';

create table agent_certificate (
  agent_user_id uuid not null references agent (user_id),
  language_code text not null references language (code),
  certified_by_user_id uuid references app_user (id),
  certified_at timestamptz not null,
  primary key (agent_user_id, language_code)
);
comment on table agent_certificate is 'languages in which somebody has heard this agent speak well enough; only these count when calls are given out';
comment on column agent_certificate.certified_by_user_id is 'null: taken over from before certificates were kept';
insert into agent_certificate (agent_user_id, language_code, certified_at)
select user_id, unnest(language_codes), now() from agent
on conflict do nothing;

alter table callback drop constraint callback_reason_check;
alter table callback add constraint callback_reason_check check (reason in ('audit', 'voicemail', 'text', 'missed-call', 'asked', 'live-call',
  'retaliation-check', 'follow-up'));
alter table callback alter column phone_number_id drop not null;
-- a worker who withheld their number can be spoken to while they are on the line, and never be dialled
alter table callback add constraint callback_without_number_is_never_due
  check (phone_number_id is not null or status in ('claimed', 'talking', 'wrap-up', 'done', 'closed'));
comment on column callback.phone_number_id is 'null: the worker rang us and withheld it; such a callback is never waiting, so nothing can claim and dial it';
comment on column callback.reason is 'asked: the caller pressed the key for it; live-call: the worker rang us and was put through to an agent';
-- missed calls: what a number was promised within the window
create index callback_number_recent_idx on callback (phone_number_id, created_at desc) where reason in ('missed-call', 'asked');

alter table attempt add column is_inbound boolean not null default false;
alter table attempt alter column phone_number_id drop not null;
alter table attempt add constraint attempt_dialled_has_number check (phone_number_id is not null or is_inbound);
comment on column attempt.is_inbound is 'the worker rang us: nothing was dialled, no attempt is used up, no gap kept; the id is the call''s';
