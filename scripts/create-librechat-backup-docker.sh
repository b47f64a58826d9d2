#!/usr/bin/env bash
# Makes a backup of a LibreChat that runs in Docker: librechat-backup-YYYYMMDD-HHMMSS.tar.gz.
#
# It only reads: no container is stopped or written to, and nothing is left in LibreChat's folders.
# What the tools inside the containers write goes through pipes to a folder beside the backup.
# `--help` says the rest; docs/backups.md says what lies in a backup.
set -euo pipefail

VERSION=0.1.0
PROGRAM=${0##*/}

usage() {
  cat <<HELP
Usage: $PROGRAM [options]

Makes librechat-backup-YYYYMMDD-HHMMSS.tar.gz from a LibreChat that runs in Docker: every
collection of its database, its uploads and its images, with checksums. LibreChat goes on running.

  -o, --output DIR          where the backup goes (default: the working directory)
      --project-dir DIR     the folder of LibreChat's compose file (default: the working directory)
      --compose-file FILE   a compose file with another name; may be repeated
      --mongo-service NAME  the service of MongoDB (default: mongodb, mongo or chat-mongodb)
      --mongo-container ID  the container of MongoDB, if compose does not know it
      --api-service NAME    the service of LibreChat (default: api, librechat or LibreChat)
      --api-container ID    the container of LibreChat, if compose does not know it
      --database NAME       the database (default: the one LibreChat uses, else LibreChat)
      --mongodump           the database in mongodump's binary form instead of JSON
      --no-files            leave uploads and images out
      --no-space-check      start even if the disk seems too small
  -q, --quiet               print only the path of the backup
  -h, --help                show this
      --version             show the version

Environment:
  DOCKER                    the program to call (default: docker; podman works, too)
  LIBRECHAT_MONGO_URI       how to reach MongoDB from inside its container (default: LibreChat's
                            own MONGO_URI). Never given to a program on its command line.

Exit status: 0 done; 1 failed, nothing is left; 2 wrong usage; 4 done, but a collection holds fewer
documents than the server counted; 129, 130, 143 stopped by a signal, nothing is left.
HELP
}

# --- what is said -----------------------------------------------------------------------------

QUIET=false
say() { "$QUIET" || printf '%s\n' "$*"; }
warn() { printf '%s: warning: %s\n' "$PROGRAM" "$*" >&2; }
die() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 1
}
misused() {
  printf '%s: %s\nTry: %s --help\n' "$PROGRAM" "$*" "$PROGRAM" >&2
  exit 2
}

# The end of a program's messages, without what a connection string in it would give away.
last_words() { tail -n 8 "$1" | sed -E 's#(mongodb(\+srv)?://)[^@/ ]*@#\1***@#g'; }

# --- the command line --------------------------------------------------------------------------

OUTPUT=. PROJECT_DIR=. DATABASE='' FORM=mongoexport FILES=true SPACE_CHECK=true
MONGO_CONTAINER='' API_CONTAINER=''
MONGO_SERVICES=(mongodb mongo chat-mongodb)
API_SERVICES=(api librechat LibreChat)
COMPOSE_FILES=()

parse_arguments() {
  while (($#)); do
    case $1 in
      --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" && continue ;;
      -h | --help) usage && exit 0 ;;
      --version) echo "$PROGRAM $VERSION" && exit 0 ;;
      -q | --quiet) QUIET=true && shift && continue ;;
      --mongodump) FORM=mongodump && shift && continue ;;
      --no-files) FILES=false && shift && continue ;;
      --no-space-check) SPACE_CHECK=false && shift && continue ;;
    esac
    case $1 in
      -o | --output | --project-dir | --compose-file | --mongo-service | --mongo-container | \
        --api-service | --api-container | --database)
        [[ -n ${2-} ]] || misused "$1 needs a value." ;;
      *) misused "$1 is not an option." ;;
    esac
    case $1 in
      -o | --output) OUTPUT=$2 ;;
      --project-dir) PROJECT_DIR=$2 ;;
      --compose-file) COMPOSE_FILES+=(-f "$(absolute "$2")") ;;
      --mongo-service) MONGO_SERVICES=("$2") ;;
      --mongo-container) MONGO_CONTAINER=$2 ;;
      --api-service) API_SERVICES=("$2") ;;
      --api-container) API_CONTAINER=$2 ;;
      --database) DATABASE=$2 ;;
    esac
    shift 2
  done
}

absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }

# --- ending well -------------------------------------------------------------------------------

STAGE='' CHILD=''

# Runs a command so that a signal ends it at once; a group of its own takes its children along.
# Descriptor 3 stays the operator's terminal, wherever the command's messages go.
run() {
  local status=0
  set -m
  "$@" <&0 3>&- &
  CHILD=$!
  set +m
  wait "$CHILD" || status=$?
  CHILD=''
  return "$status"
}

clean_up() {
  local status=$?
  trap '' INT TERM HUP
  trap - EXIT
  if [[ -n $CHILD ]]; then
    kill -TERM -- "-$CHILD" 2>/dev/null || true
    wait "$CHILD" 2>/dev/null || true
  fi
  [[ -z $STAGE ]] || rm -rf -- "$STAGE"
  exit "$status"
}

stopped() {
  echo "$PROGRAM: stopped; nothing is left behind." >&3
  exit "$1"
}

# --- the containers ----------------------------------------------------------------------------

DOCKER=${DOCKER:-docker}
COMPOSE=()

find_compose() {
  if "$DOCKER" compose version >/dev/null 2>&1; then
    COMPOSE=("$DOCKER" compose)
  elif command -v "${DOCKER##*/}-compose" >/dev/null; then
    COMPOSE=("${DOCKER##*/}-compose")
  fi
}

# of_compose SERVICE…: the first running container of these compose services.
of_compose() {
  local service found
  ((${#COMPOSE[@]})) || return 1
  for service in "$@"; do
    # An unknown service, or no compose file here: both mean "look elsewhere".
    found=$(cd "$PROJECT_DIR" && "${COMPOSE[@]}" ${COMPOSE_FILES[@]+"${COMPOSE_FILES[@]}"} \
      ps -q "$service" 2>/dev/null) || continue
    found=${found%%$'\n'*}
    [[ -n $found ]] && running "$found" && printf '%s' "$found" && return 0
  done
  return 1
}

running() { [[ $("$DOCKER" inspect --format '{{.State.Running}}' "$1" 2>/dev/null) == true ]]; }

# of_image WHAT OPTION PATTERN: the one running container whose image matches.
of_image() {
  local id image name matches=()
  while IFS=$'\t' read -r id image name; do
    [[ $image =~ $3 ]] && matches+=("$id"$'\t'"$name ($image)")
  done < <("$DOCKER" ps --format '{{.ID}}\t{{.Image}}\t{{.Names}}')
  ((${#matches[@]})) || return 1
  if ((${#matches[@]} > 1)); then
    printf '%s: several containers may be %s:\n' "$PROGRAM" "$1" >&2
    printf '  %s\n' "${matches[@]#*$'\t'}" >&2
    echo "Name the right one with $2." >&2
    return 2
  fi
  printf '%s' "${matches[0]%%$'\t'*}"
}

find_mongo() {
  local status=0
  if [[ -n $MONGO_CONTAINER ]]; then
    running "$MONGO_CONTAINER" || die "There is no running container $MONGO_CONTAINER."
    return
  fi
  MONGO_CONTAINER=$(of_compose "${MONGO_SERVICES[@]}") ||
    MONGO_CONTAINER=$(of_image MongoDB --mongo-container '(^|/)mongo(db(-(community|enterprise)-server)?)?([:@]|$)') ||
    status=$?
  ((status != 2)) || exit 1
  [[ -n $MONGO_CONTAINER ]] || die "No running container of MongoDB was found. Looked for: the" \
    "compose services ${MONGO_SERVICES[*]} in $PROJECT_DIR, and images called mongo. Start" \
    "LibreChat, or name the container with --mongo-container (the script needs one with mongosh" \
    "and mongoexport in it, even for a MongoDB elsewhere)."
}

find_api() {
  local status=0
  if [[ -n $API_CONTAINER ]]; then
    running "$API_CONTAINER" || die "There is no running container $API_CONTAINER."
    return
  fi
  API_CONTAINER=$(of_compose "${API_SERVICES[@]}") ||
    API_CONTAINER=$(of_image LibreChat --api-container \
      '(^|/)librechat(-dev)?(-api)?([:@]|$)') || status=$?
  ((status != 2)) || exit 1
  [[ -n $API_CONTAINER ]] || ! "$FILES" || warn "No running container of LibreChat was found" \
    "(--api-container names one); uploads and images are taken from $PROJECT_DIR."
}

# --- the database ------------------------------------------------------------------------------

URI='' TOOL=() SERVER_VERSION=''
COLLECTIONS=() COUNTS=() DATA_KB=0

# LibreChat's own connection string: from its environment, or from the .env that it reads.
librechat_uri() {
  local found=''
  if [[ -n ${LIBRECHAT_MONGO_URI-} ]]; then
    printf '%s' "$LIBRECHAT_MONGO_URI"
  elif [[ -n $API_CONTAINER ]]; then
    found=$("$DOCKER" exec "$API_CONTAINER" printenv MONGO_URI 2>/dev/null) || found=''
    [[ -n $found ]] || found=$("$DOCKER" exec "$API_CONTAINER" cat /app/.env 2>/dev/null |
      sed -n -E "s/^[[:space:]]*MONGO_URI[[:space:]]*=[[:space:]]*[\"']?([^\"'[:space:]]*).*/\1/p" |
      tail -n 1) || found=''
    printf '%s' "$found"
  fi
}

# The database goes out of the URI, because the tools refuse one there beside another in --db.
# Whoever signs in against it by default goes on doing so; the tools would take --db for that.
read_uri() {
  local pattern='^(mongodb(\+srv)?://)([^/?]+)(/([^?]*))?(\?(.*))?$' uri authority query
  uri=$(librechat_uri)
  uri=${uri:-mongodb://127.0.0.1:27017/}
  [[ ! $uri =~ [[:cntrl:]] && $uri =~ $pattern ]] ||
    die "LibreChat's MONGO_URI is not a connection string of MongoDB." \
      "Set LIBRECHAT_MONGO_URI to the right one."
  authority=${BASH_REMATCH[3]} query=${BASH_REMATCH[7]}
  local own=${BASH_REMATCH[5]} scheme=${BASH_REMATCH[1]}
  # Not with mongodb+srv, where the name server says it, nor with certificates and the like.
  if [[ $scheme == mongodb:// && $authority == *@* && $query != *authSource=* &&
    ($query != *authMechanism=* || $query == *authMechanism=SCRAM*) ]]; then
    query="${query:+$query&}authSource=${own:-admin}"
  fi
  URI="$scheme$authority/${query:+?$query}"
  DATABASE=${DATABASE:-${own:-LibreChat}}
}

# A JSON string, which is a JavaScript and a YAML string as well.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# What the shell of MongoDB is to do; $1 is the connection string, in JavaScript. Lines that begin
# with LCB are ours: a shell says other things, too.
program() {
  printf '%s\n' "try{var d=connect($1).getSiblingDB($(quoted "$DATABASE"));\
print('LCB:version\\t'+d.version());\
print('LCB:size\\t'+Math.ceil(Number(d.stats().dataSize)/1024));\
var l=d.getCollectionInfos();for(var i=0;i<l.length;i++){var n=l[i].name;\
if(l[i].type==='view'||n.indexOf('system.')===0)continue;var c=d.getCollection(n);\
print('LCB:collection\\t'+Number(c.countDocuments?c.countDocuments({}):c.count())+'\\t'+n)}\
print('LCB:end')}catch(e){print('LCB:error\\t'+e.message)}"
}

# Lists the collections with their counts. `mongosh` takes the connection string from its
# environment; the older `mongo` cannot, but reads the program from a pipe. A home that is no folder
# keeps a shell from leaving its logs in the container.
ask_server() {
  local shell
  shell=$("$DOCKER" exec "$MONGO_CONTAINER" sh -c 'command -v mongosh || command -v mongo') || {
    echo "The container has neither mongosh nor mongo; --mongo-container names another." >&2
    return 1
  }
  if [[ $shell == *mongosh ]]; then
    LIBRECHAT_MONGO_URI=$URI "$DOCKER" exec -e LIBRECHAT_MONGO_URI -e HOME=/dev/null \
      "$MONGO_CONTAINER" mongosh --nodb --norc --quiet \
      --eval "$(program process.env.LIBRECHAT_MONGO_URI)"
  else
    program "$(quoted "$URI")" | "$DOCKER" exec -i -e HOME=/dev/null \
      "$MONGO_CONTAINER" mongo --nodb --norc --quiet
  fi
}

read_collections() {
  local line kind value name problem='' whole=false
  COLLECTIONS=() COUNTS=()
  run ask_server </dev/null >"$STAGE/server" 2>"$STAGE/messages" || true
  while IFS= read -r line; do
    [[ $line == *LCB:* ]] || continue
    IFS=$'\t' read -r kind value name <<<"${line#*LCB:}"
    [[ $kind != size && $kind != collection || $value =~ ^[0-9]+$ ]] || {
      problem="It counted $value in $name."
      continue
    }
    case $kind in
      version) SERVER_VERSION=$value ;;
      size) DATA_KB=$value ;;
      collection) COUNTS+=("$value") COLLECTIONS+=("$name") ;;
      error) problem=$value ;;
      end) whole=true ;;
    esac
  done < <(tr -d '\r' <"$STAGE/server")
  if ! "$whole" || [[ -n $problem ]]; then
    printf '%s\n' "$problem" >>"$STAGE/messages"
    last_words "$STAGE/messages" >&2
    die "MongoDB did not list the collections of $DATABASE. Is MONGO_URI right, as seen from the" \
      "container of MongoDB? LIBRECHAT_MONGO_URI overrides it."
  fi
  [[ " ${COLLECTIONS[*]-} " == *" users "* || " ${COLLECTIONS[*]-} " == *" conversations "* ]] ||
    die "The database $DATABASE holds no LibreChat: it has neither users nor conversations" \
      "(${#COLLECTIONS[@]} collections in all). Name the right one with --database."
}

# The options that tell a tool of MongoDB where to connect. A password goes through a pipe, never
# onto a command line: those of a container's processes are seen by everybody on the host.
prepare_tool() {
  local help
  help=$("$DOCKER" exec "$MONGO_CONTAINER" "$FORM" --help 2>/dev/null) || {
    local other=mongodump
    [[ $FORM == mongoexport ]] || other=mongoexport
    if "$DOCKER" exec "$MONGO_CONTAINER" "$other" --help >/dev/null 2>&1; then
      local hint='use --mongodump'
      [[ $other == mongodump ]] || hint='leave --mongodump out'
      die "The container of MongoDB has no $FORM, but it has $other: $hint."
    fi
    die "The container of MongoDB has neither mongoexport nor mongodump. Name a container that" \
      "has MongoDB's database tools with --mongo-container; the official image has them."
  }
  TOOL=("$FORM" "--db=$DATABASE")
  if [[ $help == *--config* ]]; then
    TOOL+=(--config=/dev/stdin)
  elif [[ $URI == *@* || $URI == *[Pp]assword=* ]]; then
    die "$FORM in the container is too old to take a password otherwise than on its command line," \
      "where others can see it. Use a container with newer tools (--mongo-container)."
  else
    TOOL+=("--uri=$URI")
  fi
  # Relaxed JSON, the default, loses the difference between kinds of numbers.
  [[ $FORM == mongodump || $help != *--jsonFormat* ]] || TOOL+=(--jsonFormat=canonical)
}

tool() { printf 'uri: %s\n' "$(quoted "$URI")" |
  "$DOCKER" exec -i "$MONGO_CONTAINER" "${TOOL[@]}" "$@"; }

SHORT=0 # collections with fewer documents than the server counted

# compare COLLECTION EXPECTED WRITTEN: tells when documents seem to be missing.
compare() {
  local note=''
  if (($3 < $2)); then
    note="  fewer than the $2 that the server counted before"
    warn "$1: $3 documents written, $2 counted. If LibreChat was deleting some meanwhile, all is" \
      "well; otherwise make the backup again."
    SHORT=$((SHORT + 1))
  fi
  printf '  %s: %s%s\n' "$1" "$3" "$note" >>"$STAGE/counts"
}

export_json() {
  local i name file
  mkdir "$HOLD/data"
  for i in "${!COLLECTIONS[@]}"; do
    name=${COLLECTIONS[i]}
    file=$HOLD/data/${name//\//%2F}.json
    say "  $name (${COUNTS[i]})"
    run tool "--collection=$name" </dev/null >"$file" 2>"$STAGE/messages" || {
      last_words "$STAGE/messages" >&2
      die "mongoexport of $name failed."
    }
    compare "$name" "${COUNTS[i]}" "$(($(wc -l <"$file")))"
  done
}

export_dump() {
  local i name file written
  mkdir "$HOLD/dump"
  file=$HOLD/dump/${DATABASE//\//%2F}.archive.gz
  run tool --archive --gzip </dev/null >"$file" 2>"$STAGE/messages" || {
    last_words "$STAGE/messages" >&2
    die "mongodump failed."
  }
  gzip -t "$file" || die "What mongodump wrote is not whole."
  for i in "${!COLLECTIONS[@]}"; do
    name=${COLLECTIONS[i]}
    written=$(awk -v name="$DATABASE.$name" '
      { at = index($0, "done dumping " name " (") }
      at { split(substr($0, at + length("done dumping " name " (")), rest, " "); print rest[1] }
    ' "$STAGE/messages")
    [[ $written =~ ^[0-9]+$ ]] || die "mongodump did not say that it wrote $name."
    compare "$name" "${COUNTS[i]}" "$written"
  done
}

# --- the files ---------------------------------------------------------------------------------

unpack() { tar -C "$1" --no-same-owner --no-same-permissions "${@:2}" -xf -; }
by_tar() { "$DOCKER" exec "$API_CONTAINER" tar -C "$1" -cf - . | unpack "$2"; }
by_copy() { "$DOCKER" cp "$API_CONTAINER:$1" - | unpack "$2" --strip-components=1; }
by_host() { tar -C "$1" -cf - . | unpack "$2"; }

# copy_folder NAME PATH-IN-CONTAINER: from LibreChat's container, else from the host.
copy_folder() {
  local target=$HOLD/files/$1 from=$PROJECT_DIR/$1
  mkdir -p "$target"
  if [[ -n $API_CONTAINER ]] && "$DOCKER" exec "$API_CONTAINER" test -d "$2" 2>/dev/null; then
    run by_tar "$2" "$target" </dev/null 2>"$STAGE/messages" && return
    # A file that vanished meanwhile ends tar with an error, and an image may have no tar.
    rm -rf -- "$target" && mkdir "$target"
    run by_copy "$2" "$target" </dev/null 2>>"$STAGE/messages" && return
    last_words "$STAGE/messages" >&2
    die "The folder $2 of LibreChat's container could not be copied."
  fi
  if [[ -d $from ]]; then
    run by_host "$from" "$target" </dev/null 2>"$STAGE/messages" && return
    last_words "$STAGE/messages" >&2
    die "The folder $from could not be copied."
  fi
  rmdir "$target"
  warn "There is no folder of $1, neither $2 in LibreChat's container nor $from."
}

files_kb() {
  local path size total=0
  for path in /app/uploads /app/client/public/images; do
    size=0
    [[ -z $API_CONTAINER ]] ||
      size=$("$DOCKER" exec "$API_CONTAINER" du -sk "$path" 2>/dev/null | cut -f 1) || size=0
    [[ $size =~ ^[0-9]+$ ]] && total=$((total + size))
  done
  printf '%s' "$total"
}

# JSON needs about twice the space of the documents, and everything is there twice while packing.
check_space() {
  local need free
  need=$((DATA_KB * 3 + 10240))
  ! "$FILES" || need=$((need + $(files_kb) * 2))
  free=$(df -Pk "$OUTPUT" | awk 'NR == 2 { print $4 }')
  ((free >= need)) || die "Not enough free disk space in $OUTPUT: about $((need / 1024)) MB are" \
    "needed, $((free / 1024)) MB are free. Name a larger disk with --output, or start anyway with" \
    "--no-space-check."
}

# --- the backup --------------------------------------------------------------------------------

checksums() {
  local sum=(sha256sum)
  command -v sha256sum >/dev/null || sum=(shasum -a 256)
  cd "$HOLD" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z |
    xargs -0 "${sum[@]}" | sed 's#  \./#  #' >"$STAGE/sums" && mv "$STAGE/sums" SHA256SUMS
}

librechat_version() {
  local found=''
  [[ -z $API_CONTAINER ]] ||
    found=$("$DOCKER" exec "$API_CONTAINER" cat /app/package.json 2>/dev/null |
      sed -n -E 's/^[[:space:]]*"version":[[:space:]]*"([^"]*)".*/\1/p') || found=''
  printf '%s' "${found%%$'\n'*}"
}

describe() {
  local version
  version=$(librechat_version)
  printf '%s: %s\n' "made by" "$PROGRAM $VERSION" "made at" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    LibreChat "${version:-unknown}" MongoDB "$SERVER_VERSION" database "$DATABASE" form "$FORM"
  printf '%s: %s\n' uploads "$(count_files uploads)" images "$(count_files images)"
  echo "documents:"
  cat "$STAGE/counts"
}

count_files() {
  if [[ -d $HOLD/files/$1 ]]; then
    echo "$(($(find "$HOLD/files/$1" -type f | wc -l))) files"
  else
    echo "not in this backup"
  fi
}

main() {
  ((BASH_VERSINFO[0] >= 4)) || die "bash 4 or later is needed (macOS: brew install bash)."
  parse_arguments "$@"
  umask 077 # a backup holds password hashes and everybody's conversations
  exec 3>&2
  trap clean_up EXIT
  trap 'stopped 129' HUP
  trap 'stopped 130' INT
  trap 'stopped 143' TERM
  command -v "$DOCKER" >/dev/null || die "$DOCKER is not installed (DOCKER=podman names another)."
  [[ -d $PROJECT_DIR ]] || die "The folder $PROJECT_DIR does not exist."
  [[ -d $OUTPUT && -w $OUTPUT ]] || die "The folder $OUTPUT does not exist or is not writable."
  OUTPUT=$(cd "$OUTPUT" && pwd)

  local name result
  name=librechat-backup-$(date +%Y%m%d-%H%M%S)
  result=$OUTPUT/$name.tar.gz
  [[ ! -e $result ]] || die "$result exists already; it is not overwritten."
  STAGE=$(mktemp -d "$OUTPUT/.$name.XXXXXX")
  HOLD=$STAGE/$name
  mkdir "$HOLD"
  : >"$STAGE/counts"

  find_compose
  find_mongo
  find_api
  read_uri
  prepare_tool
  read_collections
  ! "$SPACE_CHECK" || check_space
  say "Database $DATABASE, ${#COLLECTIONS[@]} collections:"
  if [[ $FORM == mongodump ]]; then export_dump; else export_json; fi
  if "$FILES"; then
    say "Uploads and images"
    copy_folder uploads /app/uploads
    copy_folder images /app/client/public/images
  fi
  describe >"$HOLD/backup-info.txt"
  run checksums </dev/null || die "The checksums could not be written."
  say "Packing"
  run tar -C "$STAGE" -czf "$STAGE/packed" "$name" </dev/null || die "The backup could not be packed."
  mv -n "$STAGE/packed" "$result"
  [[ ! -e $STAGE/packed ]] || die "$result exists already; it is not overwritten."
  say "Done ($(du -h "$result" | cut -f 1)). Keep it safe: it holds password hashes and every conversation."
  printf '%s\n' "$result"
  ((SHORT == 0)) || exit 4
}

main "$@"
