-- Why: "given to an agent" and "kept for an agent" were two notions of one thing, in two sets of columns that did not know of each other. A
-- callback is assigned to one agent until an instant, by a supervisor or by itself after a conversation that was cut off; then it is anybody's.

alter table callback
  add column assigned_until timestamptz,
  add column assigned_by_user_id uuid references app_user (id);

update callback set assigned_until = greatest(due_at, now()) + interval '1 day' where assigned_agent_user_id is not null;
update callback set assigned_agent_user_id = preferred_agent_user_id, assigned_until = preferred_until
where assigned_agent_user_id is null and preferred_agent_user_id is not null;

alter table callback
  add constraint callback_assigned_until_an_instant check ((assigned_agent_user_id is null) = (assigned_until is null)),
  add constraint callback_assigned_by_somebody check (assigned_by_user_id is null or assigned_agent_user_id is not null);
comment on column callback.assigned_agent_user_id is 'offered to this agent alone until assigned_until, of another country perhaps';
comment on column callback.assigned_until is 'a day after it is due where a supervisor assigned it, so that nobody is forgotten; minutes after it is due where a conversation was cut off';
comment on column callback.assigned_by_user_id is 'the supervisor who assigned it; null: it was assigned by itself, to the agent whose conversation was cut off';

drop index callback_preferred_idx;
alter table callback drop column preferred_agent_user_id, drop column preferred_until;
