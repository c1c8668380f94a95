-- Why: an agent who was held for a caller that hung up had gone to the end of the line of those who are free.

alter table agent add column free_before_hold timestamptz;
comment on column agent.free_before_hold is 'since when they had been free when they were held for a waiting caller: their place when nothing comes of it';
