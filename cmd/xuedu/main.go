// Command xuedu runs a learning city.
package main

import (
	"os"

	"xuedu/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
