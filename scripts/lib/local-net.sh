# One Pantheon validator and one Bitcoin Core node (regtest) on this machine, on loopback and on free ports.
# Sourced after common.sh and bitcoind.sh, with RUN_DIR set: everything that the two write lies there.

PIDS_TO_STOP=()

# stop_started: end what this script started, and wait until it is gone. Also the exit trap.
stop_started() {
	local pid
	# All at once first: a node that is just starting ends only when it has started.
	for pid in "${PIDS_TO_STOP[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
	for pid in "${PIDS_TO_STOP[@]}"; do await_end "$pid"; done
	PIDS_TO_STOP=()
}

# await_end PID: up to 30 s of patience, since databases are flushed, then SIGKILL.
await_end() {
	local pid=$1 patience
	for ((patience = 0; patience < 300; patience++)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

# free_port: prints a loopback port that nobody listens on and that was not handed out before.
# The range lies below Linux's ephemeral ports, which outgoing connections could take meanwhile.
free_port() {
	local port
	for _ in {1..200}; do
		port=$((20000 + RANDOM % 12000))
		[ ! -e "$RUN_DIR/ports/$port" ] || continue
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			mkdir -p "$RUN_DIR/ports"
			: >"$RUN_DIR/ports/$port"
			echo "$port"
			return 0
		fi
	done
	fail "no free port was found on 127.0.0.1." "close some of the programs that listen there."
}

# wait_for SECONDS PID WHAT LOG COMMAND…: until COMMAND succeeds, as long as process PID lives.
wait_for() {
	local seconds=$1 pid=$2 what=$3 log=$4 until
	shift 4
	until=$((SECONDS + seconds))
	while ! "$@" 2>/dev/null; do
		if ! kill -0 "$pid" 2>/dev/null; then
			tail -n 20 "$log" >&2
			fail "$what ended on its own." "read $log"
		fi
		if [ $SECONDS -ge $until ]; then
			tail -n 20 "$log" >&2
			fail "$what was not ready after $seconds seconds." "read $log; on a machine that is busy otherwise, try again when it is idle."
		fi
		sleep 0.3
	done
}

# rpc PORT METHOD PARAMS: one JSON-RPC call; prints the result, fails on an error.
rpc() {
	curl -sS --max-time 20 -H 'content-type: application/json' \
		--data "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":${3:-[]}}" "http://127.0.0.1:$1" |
		jq -e '.result'
}

# node_rpc METHOD PARAMS: one call to the node.
node_rpc() { rpc "$NODE_RPC_PORT" "$@"; }

# finalised PORT: prints the number of a node's newest finalised block.
finalised() {
	local hash
	hash=$(rpc "$1" chain_getFinalizedHead | jq -r .) || return 1
	printf '%d\n' "$(rpc "$1" chain_getHeader "[\"$hash\"]" | jq -r .number)"
}

node_finalised() { finalised "$NODE_RPC_PORT"; }

# node_best: prints the number of the node's newest block.
node_best() { printf '%d\n' "$(node_rpc chain_getHeader | jq -r .number)"; }

node_has_finalised() { [ "$(node_finalised)" -ge "$1" ]; }

# launch_node EXTRA…: a development chain of one validator, on its way up. Sets NODE_PID, NODE_URL, NODE_RPC_PORT,
# NODE_METRICS_PORT, NODE_P2P_PORT, NODE_LOG. A network key of its own and no discovery: it talks to nobody.
launch_node() {
	NODE_LOG=$RUN_DIR/node.log
	NODE_RPC_PORT=$(free_port)
	NODE_METRICS_PORT=$(free_port)
	NODE_P2P_PORT=$(free_port)
	NODE_URL=ws://127.0.0.1:$NODE_RPC_PORT
	"$BIN_DIR/pantheon-node" --dev --base-path "$RUN_DIR/node" --no-telemetry --no-mdns --no-hardware-benchmarks \
		--listen-addr "/ip4/127.0.0.1/tcp/$NODE_P2P_PORT" --rpc-port "$NODE_RPC_PORT" --prometheus-port "$NODE_METRICS_PORT" \
		"$@" >>"$NODE_LOG" 2>&1 &
	NODE_PID=$!
	PIDS_TO_STOP+=("$NODE_PID")
}

# await_node: until it finalises blocks.
await_node() {
	wait_for 180 "$NODE_PID" pantheon-node "$NODE_LOG" node_has_finalised 1
}

# launch_follower: a second node on its own database, which imports what the first one has. Sets FOLLOWER_PID,
# FOLLOWER_LOG, FOLLOWER_RPC_PORT. Its log says when each block was imported.
launch_follower() {
	local peer
	peer=$(node_rpc system_localPeerId | jq -r .)
	FOLLOWER_LOG=$RUN_DIR/follower.log
	FOLLOWER_RPC_PORT=$(free_port)
	"$BIN_DIR/pantheon-node" --chain dev --base-path "$RUN_DIR/follower" --no-telemetry --no-mdns --no-prometheus \
		--no-hardware-benchmarks --unsafe-force-node-key-generation --listen-addr "/ip4/127.0.0.1/tcp/$(free_port)" \
		--rpc-port "$FOLLOWER_RPC_PORT" --bootnodes "/ip4/127.0.0.1/tcp/$NODE_P2P_PORT/p2p/$peer" \
		--detailed-log-output -l sync::import-queue=trace >>"$FOLLOWER_LOG" 2>&1 &
	FOLLOWER_PID=$!
	PIDS_TO_STOP+=("$FOLLOWER_PID")
}

follower_has_finalised() { [ "$(finalised "$FOLLOWER_RPC_PORT")" -ge "$1" ]; }

stop_follower() {
	kill -TERM "$FOLLOWER_PID"
	await_end "$FOLLOWER_PID"
}

# btc ARGS…: bitcoin-cli against this run's node.
btc() { "$BITCOIN_CLI_EXE" -regtest -datadir="$RUN_DIR/bitcoin" -rpcport="$BITCOIN_RPC_PORT" "$@"; }

bitcoin_answers() { btc getblockchaininfo >/dev/null; }

# start_bitcoind: regtest, wallet `anchor`, 101 blocks mined, so that one coinbase can be spent.
# Sets BITCOIN_PID, BITCOIN_RPC_PORT, BITCOIN_LOG, MINING_ADDRESS.
start_bitcoind() {
	[ -n "$BITCOIN_CLI_EXE" ] || fail "no bitcoin-cli lies beside $BITCOIND_EXE." "install it there, or unset BITCOIND_EXE so that both get built."
	BITCOIN_LOG=$RUN_DIR/bitcoind.log
	BITCOIN_RPC_PORT=$(free_port)
	mkdir -p "$RUN_DIR/bitcoin"
	run_bitcoind
	btc -named createwallet wallet_name=anchor load_on_startup=true >/dev/null
	MINING_ADDRESS=$(btc -rpcwallet=anchor getnewaddress)
	mine 101
}

# run_bitcoind: the process itself, on the run's data and port.
run_bitcoind() {
	"$BITCOIND_EXE" -regtest -datadir="$RUN_DIR/bitcoin" -listen=0 -dnsseed=0 -fallbackfee=0.00002 -txindex=1 \
		-server=1 -rpcport="$BITCOIN_RPC_PORT" -rpcbind=127.0.0.1 -rpcallowip=127.0.0.1 >>"$BITCOIN_LOG" 2>&1 &
	BITCOIN_PID=$!
	PIDS_TO_STOP+=("$BITCOIN_PID")
	wait_for 60 "$BITCOIN_PID" bitcoind "$BITCOIN_LOG" bitcoin_answers
}

# mine COUNT: that many regtest blocks, to the wallet's own address.
mine() { btc generatetoaddress "$1" "$MINING_ADDRESS" >/dev/null; }
