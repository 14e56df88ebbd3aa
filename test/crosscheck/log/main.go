// Checks what Clew's log hands out with code that Clew's authors did not write: signed notes and tiles with
// golang.org/x/mod/sumdb, proofs a second time with transparency-dev/merkle, envelopes with go-securesystemslib.
//
//	crosscheck bundles FILE VKEY PEMFILE    one JSON bundle a line; answers one line each: ok and the payload's SHA-256, or why not
//	crosscheck log FOLDER VKEY              checkpoints, tiles and consistency proofs of a log that stands in files
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type bundle struct {
	Envelope   dsse.Envelope `json:"envelope"`
	Proof      string        `json:"proof"`
	Vkey       string        `json:"vkey"`
	GatewayKey string        `json:"gatewayKey"`
}

type checkpoint struct {
	size int64
	root tlog.Hash
}

// A C2SP checkpoint has the form of the Go checksum database's tree, with another first line.
func openCheckpoint(text string, verifier note.Verifier) (checkpoint, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	body, found := strings.CutPrefix(opened.Text, verifier.Name()+"\n")
	if !found {
		return checkpoint{}, errors.New("checkpoint of another log")
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + body))
	if err != nil {
		return checkpoint{}, err
	}
	return checkpoint{tree.N, tree.Hash}, nil
}

type tlogProof struct {
	index  int64
	hashes []tlog.Hash
	note   string
}

func parseProof(text string) (tlogProof, error) {
	head, checkpointText, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return tlogProof{}, errors.New("no tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	decimal, found := strings.CutPrefix(lines[0], "index ")
	index, err := strconv.ParseInt(decimal, 10, 64)
	if !found || err != nil {
		return tlogProof{}, errors.New("no index")
	}
	result := tlogProof{index: index, note: checkpointText}
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return tlogProof{}, err
		}
		result.hashes = append(result.hashes, hash)
	}
	return result, nil
}

type gatewayVerifier struct{ key ed25519.PublicKey }

func (v gatewayVerifier) Verify(_ context.Context, data, signature []byte) error {
	if !ed25519.Verify(v.key, data, signature) {
		return errors.New("bad signature")
	}
	return nil
}

// SHA-256 of the SPKI DER, which is what Clew writes into keyid.
func (v gatewayVerifier) KeyID() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(v.key)
	digest := sha256.Sum256(der)
	return hex.EncodeToString(digest[:]), err
}
func (v gatewayVerifier) Public() crypto.PublicKey { return v.key }

func check(line []byte, verifier note.Verifier, key ed25519.PublicKey) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	var b bundle
	if err := decoder.Decode(&b); err != nil {
		return nil, err
	}
	envelopes, err := dsse.NewEnvelopeVerifier(gatewayVerifier{key})
	if err != nil {
		return nil, err
	}
	if _, err := envelopes.Verify(context.Background(), &b.Envelope); err != nil {
		return nil, err
	}
	payload, err := b.Envelope.DecodeB64Payload()
	if err != nil {
		return nil, err
	}
	p, err := parseProof(b.Proof)
	if err != nil {
		return nil, err
	}
	c, err := openCheckpoint(p.note, verifier)
	if err != nil {
		return nil, err
	}
	leaf := sha256.Sum256(dsse.PAE(b.Envelope.PayloadType, payload))
	if err := tlog.CheckRecord(p.hashes, c.size, c.root, p.index, tlog.RecordHash(leaf[:])); err != nil {
		return nil, err
	}
	var path [][]byte
	for _, hash := range p.hashes {
		path = append(path, bytes.Clone(hash[:]))
	}
	leafHash := rfc6962.DefaultHasher.HashLeaf(leaf[:])
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(p.index), uint64(c.size), leafHash, path, c.root[:]); err != nil {
		return nil, err
	}
	return payload, nil
}

func checkBundles(file string, verifier note.Verifier, pemFile string) error {
	text, err := os.ReadFile(pemFile)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return errors.New("no PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return errors.New("no Ed25519 key")
	}
	input, err := os.Open(file)
	if err != nil {
		return err
	}
	defer input.Close()
	scanner := bufio.NewScanner(input)
	scanner.Buffer(nil, 16<<20)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for scanner.Scan() {
		payload, err := check(scanner.Bytes(), verifier, key)
		if err != nil {
			fmt.Fprintf(output, "no %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		digest := sha256.Sum256(payload)
		fmt.Fprintf(output, "ok %s\n", hex.EncodeToString(digest[:]))
	}
	return scanner.Err()
}

// Tiles in files, named as C2SP names them: no tile height in the path, which is 8.
type folderTiles struct{ folder string }

func (f folderTiles) Height() int { return 8 }
func (f folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}
func (f folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}

type consistency struct {
	Old    int64    `json:"old"`
	New    int64    `json:"new"`
	Hashes []string `json:"hashes"`
}

func checkLog(folder string, verifier note.Verifier) error {
	roots := map[int64]tlog.Hash{}
	files, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*"))
	if err != nil || len(files) == 0 {
		return errors.New("no checkpoints")
	}
	var largest checkpoint
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		c, err := openCheckpoint(string(text), verifier)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		roots[c.size] = c.root
		if c.size > largest.size {
			largest = c
		}
	}
	reader := tlog.TileHashReader(tlog.Tree{N: largest.size, Hash: largest.root}, folderTiles{folder})
	for size, root := range roots {
		hash, err := tlog.TreeHash(size, reader)
		if err != nil {
			return fmt.Errorf("size %d: %w", size, err)
		}
		if hash != root {
			return fmt.Errorf("size %d: the tiles give another root", size)
		}
	}
	proofs, err := os.ReadFile(filepath.Join(folder, "consistency.json"))
	if err != nil {
		return err
	}
	var list []consistency
	if err := json.Unmarshal(proofs, &list); err != nil {
		return err
	}
	for _, entry := range list {
		var hashes []tlog.Hash
		var path [][]byte
		for _, text := range entry.Hashes {
			raw, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return err
			}
			hashes = append(hashes, tlog.Hash(raw))
			path = append(path, raw)
		}
		oldRoot, newRoot := roots[entry.Old], roots[entry.New]
		if err := tlog.CheckTree(hashes, entry.New, newRoot, entry.Old, oldRoot); err != nil {
			return fmt.Errorf("%d to %d: %w", entry.Old, entry.New, err)
		}
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(entry.Old), uint64(entry.New), path, oldRoot[:], newRoot[:]); err != nil {
			return fmt.Errorf("%d to %d: %w", entry.Old, entry.New, err)
		}
	}
	fmt.Printf("ok %d checkpoints %d proofs size %d\n", len(roots), len(list), largest.size)
	return nil
}

func run(arguments []string) error {
	if len(arguments) < 3 {
		return errors.New("usage: crosscheck bundles FILE VKEY PEMFILE | log FOLDER VKEY")
	}
	verifier, err := note.NewVerifier(arguments[2])
	if err != nil {
		return err
	}
	switch {
	case arguments[0] == "bundles" && len(arguments) == 4:
		return checkBundles(arguments[1], verifier, arguments[3])
	case arguments[0] == "log":
		return checkLog(arguments[1], verifier)
	}
	return errors.New("unknown command")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
