// The worker a team writes in Go: amqp091-go, database/sql with SQLite, net/http. Events are stored before they are posted, marked as
// delivered after, and acknowledged last; whatever waits for the disk shares one commit.
//
// What it leaves out: a schedule of retries that survives a restart, attempts, signatures, queries.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	_ "github.com/mattn/go-sqlite3"
	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	prefetch       = 500
	commitAtMost   = 1000
	attempts       = 5
	attemptTimeout = 10 * time.Second
)

type event struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type subscription struct {
	id  int
	url string
}

// A change waits for the next commit: a new event with its deliveries, or the same deliveries marked as done.
type change struct {
	event     event
	body      []byte
	to        []subscription
	delivered bool
	committed chan error
}

type store struct {
	db      *sql.DB
	changes chan *change
}

func main() {
	log.SetFlags(0)
	wanted, connections := number("BENCH_EVENTS"), number("BENCH_CONNECTIONS")
	// One connection: SQLite has one writer, and nobody else reads.
	db := must(sql.Open("sqlite3", "file:"+os.Getenv("BENCH_DATABASE")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate"))
	db.SetMaxOpenConns(1)
	told := subscriptions(db, os.Getenv("BENCH_FANOUT") == "10")
	storage := &store{db, make(chan *change, commitAtMost)}
	go storage.commitForever()

	broker := must(amqp.Dial("amqp://guest:guest@127.0.0.1:" + os.Getenv("BENCH_AMQP_PORT") + "/"))
	lost := broker.NotifyClose(make(chan *amqp.Error, 1))
	channel := must(broker.Channel())
	check(channel.Qos(prefetch, 0, false))
	messages := must(channel.Consume(os.Getenv("BENCH_QUEUE"), "", false, false, false, false, nil))
	client := &http.Client{Timeout: attemptTimeout, Transport: &http.Transport{
		MaxIdleConns:        connections,
		MaxIdleConnsPerHost: connections,
		TLSClientConfig:     trusted(os.Getenv("BENCH_CA")),
	}}

	left := int64(wanted)
	finished := make(chan struct{})
	for i := 0; i < connections; i++ {
		go func() {
			for message := range messages {
				if handle(message, told, storage, client) && atomic.AddInt64(&left, -1) == 0 {
					close(finished)
				}
			}
		}()
	}
	select {
	case <-finished:
	case reason := <-lost:
		log.Fatal("the broker closed the connection: ", reason)
	}
	// Closing is a conversation, so the broker has every acknowledgement when it is over.
	check(broker.Close())
	check(db.Close())
}

// handle takes one event all the way, and says whether it got there.
func handle(message amqp.Delivery, told func(string) []subscription, storage *store, client *http.Client) bool {
	var event event
	check(json.Unmarshal(message.Body, &event))
	to := told(event.Type)
	storage.commit(&change{event: event, body: message.Body, to: to})
	for _, subscription := range to {
		if !post(client, subscription.url, message.Body) {
			check(message.Reject(false))
			return false
		}
	}
	storage.commit(&change{event: event, to: to, delivered: true})
	check(message.Ack(false))
	return true
}

func post(client *http.Client, url string, body []byte) bool {
	for attempt := 0; attempt < attempts; attempt++ {
		answer, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err == nil {
			// A body that is not read to its end costs the connection.
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode/100 == 2 {
				return true
			}
		}
		time.Sleep(time.Second << attempt)
	}
	return false
}

// subscriptions answers who is told of a type: everybody, or whoever asked for that type.
func subscriptions(db *sql.DB, fanOut bool) func(string) []subscription {
	rows := must(db.Query("SELECT id, type, url FROM subscriptions"))
	defer rows.Close()
	var all []subscription
	byType := map[string][]subscription{}
	for rows.Next() {
		var one subscription
		var kind string
		check(rows.Scan(&one.id, &kind, &one.url))
		all = append(all, one)
		byType[kind] = append(byType[kind], one)
	}
	return func(kind string) []subscription {
		if fanOut {
			return all
		}
		return byType[kind]
	}
}

// commit returns once the change is on disk.
func (s *store) commit(one *change) {
	one.committed = make(chan error, 1)
	s.changes <- one
	check(<-one.committed)
}

func (s *store) commitForever() {
	event := must(s.db.Prepare("INSERT OR IGNORE INTO events(id, type, received_at, body) VALUES(?, ?, ?, ?)"))
	delivery := must(s.db.Prepare("INSERT OR IGNORE INTO deliveries VALUES(?, ?, 0, 0, ?)"))
	mark := must(s.db.Prepare("UPDATE deliveries SET status = 1, attempts = attempts + 1, updated_at = ? WHERE event_id = ? AND sub_id = ?"))
	for first := range s.changes {
		batch := []*change{first}
		for waiting := len(s.changes); waiting > 0 && len(batch) < commitAtMost; waiting-- {
			batch = append(batch, <-s.changes)
		}
		transaction, err := s.db.Begin()
		if err == nil {
			now := time.Now().Unix()
			err = apply(batch, now, transaction.Stmt(event), transaction.Stmt(delivery), transaction.Stmt(mark))
			if err == nil {
				err = transaction.Commit()
			}
		}
		for _, one := range batch {
			one.committed <- err
		}
	}
}

func apply(batch []*change, now int64, event, delivery, mark *sql.Stmt) error {
	for _, one := range batch {
		if !one.delivered {
			if _, err := event.Exec(one.event.ID, one.event.Type, now, one.body); err != nil {
				return err
			}
		}
		for _, subscription := range one.to {
			var err error
			if one.delivered {
				_, err = mark.Exec(now, one.event.ID, subscription.id)
			} else {
				_, err = delivery.Exec(one.event.ID, subscription.id, now)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// trusted is whoever the system trusts, or the one authority in the file.
func trusted(path string) *tls.Config {
	if path == "" {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(must(os.ReadFile(path)))
	return &tls.Config{RootCAs: pool}
}

func number(name string) int {
	value, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		check(fmt.Errorf("%s is no number: %w", name, err))
	}
	return value
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

// A contestant that meets an error has no result: it ends, and the run with it.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
