package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// Schema describes the tables of the database, one line a column or a unique
// key, in a spelling common to both databases. The parity test compares them.
func (d *DB) Schema(ctx context.Context) ([]string, error) {
	q := pgSchema
	if d.dialect == goose.DialectSQLite3 {
		q = sqliteSchema
	}
	rows, err := d.Read.QueryContext(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		lines = append(lines, strings.ToLower(line))
	}
	slices.Sort(lines)
	return lines, rows.Err()
}

const pgSchema = `
SELECT 'column ' || table_name || '.' || column_name || ' ' ||
       CASE data_type WHEN 'timestamp with time zone' THEN 'time' WHEN 'double precision' THEN 'double' ELSE data_type END ||
       CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'
UNION ALL
SELECT CASE WHEN x.indisunique THEN 'unique ' ELSE 'index ' END || t.relname || ' ' ||
       (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY AS k(att, n)
        JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.att)
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE s.nspname = current_schema() AND t.relname <> 'goose_db_version'
UNION ALL
SELECT 'foreign ' || t.relname || ' ' || a.attname || ' ' || f.relname
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
JOIN pg_namespace s ON s.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.contype = 'f' AND s.nspname = current_schema()`

const sqliteSchema = `
SELECT 'column ' || t.name || '.' || c.name || ' ' ||
       CASE c.type WHEN 'TIMESTAMP' THEN 'time' WHEN 'DOUBLE PRECISION' THEN 'double' WHEN 'INTEGER' THEN 'bigint' ELSE c.type END ||
       CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END
FROM sqlite_schema t JOIN pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'goose_db_version'
UNION ALL
SELECT CASE WHEN i."unique" = 1 THEN 'unique ' ELSE 'index ' END || t.name || ' ' ||
       (SELECT group_concat(k.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) k)
FROM sqlite_schema t JOIN pragma_index_list(t.name) i
WHERE t.type = 'table' AND t.name <> 'goose_db_version'
UNION ALL
SELECT 'unique ' || t.name || ' ' || c.name
FROM sqlite_schema t JOIN pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'goose_db_version' AND c.pk > 0 AND c.type = 'INTEGER'
UNION ALL
SELECT 'foreign ' || t.name || ' ' || f."from" || ' ' || f."table"
FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`
