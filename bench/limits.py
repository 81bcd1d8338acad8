"""The limit the application is held against: PostgreSQL alone, by pgbench, on this machine."""

import re

import psycopg

from bench.place import program
from kit.postgres import clusters

_DATABASE = "bench_limit"
ORDERS, PRODUCTS, HOUSEHOLDS = 12, 300, 1000

# What a change of a line cannot do without: hold the offer, read it, write the line, move
# the counter. The line is read in a statement after the lock, as it must be.
_SCHEMA = f"""
create table offer (id int primary key, available int, wanted int not null default 0);
create table line (household int, offer int, wanted int not null, primary key (household, offer));
insert into offer select i, 1000000000 from generate_series(1, {ORDERS * PRODUCTS}) i;
create function set_line(h int, o int, q int) returns int language plpgsql as $$
declare kept offer%rowtype; before int;
begin
    select * into kept from offer where id = o for no key update;
    select wanted into before from line where household = h and offer = o;
    if kept.wanted + q - coalesce(before, 0) > kept.available then return -1; end if;
    insert into line values (h, o, q)
        on conflict (household, offer) do update set wanted = excluded.wanted;
    update offer set wanted = wanted + q - coalesce(before, 0) where id = o;
    return q;
end $$;
"""
_SCRIPT = f"""
\\set h random(1, {HOUSEHOLDS})
\\set o random(1, {ORDERS * PRODUCTS})
\\set q random(1, 9)
select set_line(:h, :o, :q);
"""


def write_function(cluster: clusters.Cluster, seconds: float, clients: int) -> float:
    """Changes per second of the smallest honest write function at so many clients."""
    program(cluster, "createdb", _DATABASE)
    try:
        with psycopg.connect(
            host=str(cluster.sockets), user="postgres", dbname=_DATABASE, autocommit=True
        ) as connection:
            connection.execute(_SCHEMA)
        script = cluster.directory.parent / "set_line.sql"
        script.write_text(_SCRIPT)
        script.chmod(0o644)
        words = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
        words += ["-T", str(max(round(seconds), 1)), "-f", str(script), _DATABASE]
        said = program(cluster, "pgbench", *words)
    finally:
        program(cluster, "dropdb", _DATABASE)
    found = re.search(r"tps = ([0-9.]+)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found.group(1))
