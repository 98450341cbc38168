package engine

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"unsafe"
)

// A base is one block: magic, arrays one after the other at multiples of 8,
// a directory in JSON, then where the directory starts, the checksum of
// everything before and the magic again. Arrays are in the machine's own
// byte order, which the magic reveals.
const (
	magic    = uint64(0x7875_6564_7545_0001) // "xueduE", format 1
	trailer  = 24
	alignTo  = 8
	copySize = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged means that a block is not a whole base of this format.
var errDamaged = errors.New("damaged snapshot")

// span says where an array lies: byte offset and number of elements.
type span struct {
	At int64 `json:"a"`
	N  int64 `json:"n"`
}

// blockWriter writes arrays and keeps the checksum.
type blockWriter struct {
	w   *bufio.Writer
	crc uint32
	at  int64
	err error
}

func newBlockWriter(w io.Writer) *blockWriter {
	b := &blockWriter{w: bufio.NewWriterSize(w, copySize)}
	put(b, []uint64{magic})
	return b
}

func (b *blockWriter) write(p []byte) {
	if b.err != nil || len(p) == 0 {
		return
	}
	b.crc = crc32.Update(b.crc, castagnoli, p)
	b.at += int64(len(p))
	_, b.err = b.w.Write(p)
}

func (b *blockWriter) align() {
	var zero [alignTo]byte
	if r := b.at % alignTo; r != 0 {
		b.write(zero[:alignTo-r])
	}
}

// put writes one array and returns where it lies.
func put[T any](b *blockWriter, v []T) span {
	b.align()
	s := span{At: b.at, N: int64(len(v))}
	if len(v) > 0 {
		b.write(unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0]))))
	}
	return s
}

func (b *blockWriter) finish(dir any) error {
	b.align()
	at := b.at
	j, err := json.Marshal(dir)
	if err != nil {
		return err
	}
	b.write(j)
	b.align()
	b.write(binary.NativeEndian.AppendUint64(nil, uint64(at)))
	sum := binary.NativeEndian.AppendUint64(nil, uint64(len(j))<<32|uint64(b.crc))
	b.write(sum)
	b.write(binary.NativeEndian.AppendUint64(nil, magic))
	if b.err != nil {
		return b.err
	}
	return b.w.Flush()
}

// readDir checks a block's frame and checksum and decodes its directory.
func readDir(blob []byte, dir any) error {
	n := len(blob)
	if n < trailer+alignTo || n%alignTo != 0 {
		return errDamaged
	}
	word := func(at int) uint64 { return binary.NativeEndian.Uint64(blob[at:]) }
	if word(0) != magic || word(n-8) != magic {
		return errDamaged
	}
	at, size, crc := word(n-24), word(n-16)>>32, uint32(word(n-16))
	if at > uint64(n) || at+size > uint64(n-trailer) {
		return errDamaged
	}
	if crc32.Checksum(blob[:n-16], castagnoli) != crc {
		return errDamaged
	}
	if err := json.Unmarshal(blob[at:at+size], dir); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

// view is an array of a block without copying; a span outside it panics, which
// open turns into errDamaged.
func view[T any](blob []byte, s span) []T {
	if s.N == 0 {
		return nil
	}
	var t T
	part := blob[s.At : s.At+s.N*int64(unsafe.Sizeof(t))]
	return unsafe.Slice((*T)(unsafe.Pointer(&part[0])), s.N)
}

// block is the memory of a base.
type block struct {
	bytes []byte
	free  func() error // nil: ordinary memory
}

func (b block) close() error {
	if b.free == nil {
		return nil
	}
	return b.free()
}

// writeBlock runs fill into a file that replaces path once it is whole and on
// disk, and maps it. Without a path the block stays in memory.
func writeBlock(path string, fill func(io.Writer) error) (block, error) {
	if path == "" {
		return fillMemory(fill)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return block{}, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return block{}, err
	}
	defer os.Remove(f.Name()) // no-op after the rename
	if err := errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		return block{}, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return block{}, err
	}
	return mapFile(path)
}

func fillMemory(fill func(io.Writer) error) (block, error) {
	var parts sliceWriter
	if err := fill(&parts); err != nil {
		return block{}, err
	}
	words := make([]uint64, (len(parts)+7)/8)
	if len(words) == 0 {
		return block{}, errDamaged
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(parts))
	copy(bytes, parts)
	return block{bytes: bytes}, nil
}

type sliceWriter []byte

func (s *sliceWriter) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}
