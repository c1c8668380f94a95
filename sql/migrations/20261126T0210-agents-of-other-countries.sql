-- Why: a callback whose language nobody on duty in its country speaks must not lie there unseen: a supervisor gives it to an agent
-- of another country, where that is permitted.

alter table country add column helper_country_ids text[] not null default '{}';
comment on column country.helper_country_ids is 'countries whose agents may call this country''s workers when a supervisor says so; calls go out over this country''s own trunk';
alter table country add constraint country_helps_not_itself check (not id = any(helper_country_ids));

alter table callback add column assigned_agent_user_id uuid references agent (user_id);
comment on column callback.assigned_agent_user_id is 'given by a supervisor to this agent, of another country perhaps: offered to nobody else until it is taken back';
-- dispatcher: what was given to an agent
create index callback_assigned_idx on callback (assigned_agent_user_id, due_at) where status = 'waiting' and held_reason is null and assigned_agent_user_id is not null;
