import Testing
import Threading

@Suite struct BatchStreamTests {
  @Test func `what gathered while nobody looked comes as one batch, in order`() async {
    let stream = BatchStream<Int>()
    stream.send([1, 2])
    stream.send(3)
    stream.send([])
    var iterator = stream.makeAsyncIterator()
    #expect(await iterator.next() == [1, 2, 3])
    stream.send(4)
    #expect(await iterator.next() == [4])
  }

  @Test func `a consumer that waits is given what comes`() async {
    let stream = BatchStream<Int>()
    async let batch = { () async -> [Int]? in
      var iterator = stream.makeAsyncIterator()
      return await iterator.next()
    }()
    stream.send([7])
    #expect(await batch == [7])
  }

  @Test func `a stream that has finished gives out what it still holds, and nothing after it`() async {
    let stream = BatchStream<Int>()
    stream.send([1])
    stream.finish()
    stream.send([2])
    var iterator = stream.makeAsyncIterator()
    #expect(await iterator.next() == [1])
    #expect(await iterator.next() == nil)
  }

  @Test func `a cancelled consumer stops waiting`() async {
    let stream = BatchStream<Int>()
    let task = Task { () -> [Int]? in
      var iterator = stream.makeAsyncIterator()
      return await iterator.next()
    }
    task.cancel()
    #expect(await task.value == nil)
  }

  @Test func `nothing is lost or doubled between many producers and one consumer`() async {
    let stream = BatchStream<Int>()
    await withTaskGroup(of: Void.self) { group in
      for producer in 0..<8 {
        group.addTask { for number in 0..<2000 { stream.send(producer * 2000 + number) } }
      }
      group.addTask {
        var seen: Set<Int> = []
        for await batch in stream {
          for number in batch { #expect(seen.insert(number).inserted) }
          if seen.count == 16_000 { stream.finish() }
        }
        #expect(seen.count == 16_000)
      }
    }
  }
}
