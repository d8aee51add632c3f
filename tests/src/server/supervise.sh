# Runs one throw-away database server for as long as the other end of our standard input is open.
#
#   sh supervise.sh DIRECTORY STOP_SIGNAL PREPARE SERVER [ARGUMENT...]
#
# DIRECTORY must not exist; the standard output says why it cannot be made, and is closed once it is.
# PREPARE is shell text that fills it; SERVER then runs in the foreground of a subshell. In DIRECTORY
# stand `log` (what both of them print), `pid` (the server) and, once it ended, `exited`.
#
# The process that started us never writes to our standard input. However it ends, SIGKILL included,
# the kernel closes the pipe: `read` sees the end of the file, the server is stopped, DIRECTORY removed.

directory=$1 stop=$2 prepare=$3
shift 3

finish() {
    trap '' HUP INT TERM
    cd /
    tries=0
    # A signal may come too early (the server has no handler yet), so it is repeated; after ten
    # seconds it is the one that cannot be refused. While PREPARE runs there is no server to stop.
    until [ -e "$directory/exited" ] || [ "$tries" -ge 600 ]; do
        if [ -s "$directory/pid" ]; then
            if [ "$tries" -ge 100 ]; then stop=KILL; fi
            kill -s "$stop" "$(cat "$directory/pid")"
        fi
        tries=$((tries + 1))
        sleep 0.1
    done
    # A server that had to be killed leaves helpers which may still write for a moment.
    tries=0
    until rm -rf "$directory" || [ "$tries" -ge 20 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    exit 0
}

# Here and not in the process that started us: whatever ends that one, we remove what we made.
mkdir -m 700 "$directory" 2>&1 && cd "$directory" 2>&1 || exit 1
trap finish HUP INT TERM
exec >/dev/null

{
    if (eval "$prepare"); then
        "$@" &
        echo "$!" >"$directory/pid"
        wait "$!"
        echo "the server ended with status $?"
    else
        echo "the preparation of the data directory failed"
    fi
    : >"$directory/exited"
} </dev/null >>"$directory/log" 2>&1 &

while read -r _; do :; done
finish
