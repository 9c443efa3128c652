// Hot path: nearly every series of nearly every remote write 2.0 request. Safe as PlainSeries is: by the checks at the
// top of each step; tests and fuzzing compare it with LaterSeriesDecoder.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Decodes a <c>TimeSeries</c> of remote write 2.0 of the form that senders really send: references to sorted plain
/// names and to plain values (<see cref="SymbolTable.Symbol.IsPlain"/>), samples of value and timestamp, perhaps
/// metadata, nothing else. The canonical key is copied together from the symbols, each with its length in front of it.
/// Anything else is left to <see cref="LaterSeriesDecoder"/>, which knows what is wrong and says so.
/// </summary>
static class PlainRefs
{
    /// <summary>A plain name or value with its length.</summary>
    const int TextBytesMax = 128;

    /// <summary><c>__name__</c>, which has exactly eight bytes.</summary>
    const ulong NamePrefix = 0x5F5F_6E61_6D65_5F5F;

    /// <summary>True when the series was added; the batch is as before when not.</summary>
    public static bool TryAdd(
        ReadOnlySpan<byte> body, int start, int end, SymbolTable symbols, MetadataRefs metadata,
        RemoteWriteLimits limits, SampleBatch batch, RemoteWriteSummary summary)
    {
        if (end > body.Length - PlainSeries.Slack)
        {
            // The last series of all.
            return false;
        }

        ref byte from = ref MemoryMarshal.GetReference(body);
        int refs = start + 2, refsEnd = refs + At(ref from, start + 1);
        if (At(ref from, start) != 0x0A || refsEnd - refs >= 128 || refsEnd >= end
            || !ReadLabels(
                ref from, refs, refsEnd, symbols, limits.LabelsPerSeriesMax, batch, out int length, out int name)
            || (end - refsEnd) / PlainSeries.SampleBytesMin > limits.SamplesMax - batch.SampleCount)
        {
            return false;
        }

        int before = batch.SampleCount;
        batch.AddReserved(length);
        int at = PlainSeries.AddSamples(ref from, refsEnd, end, batch);
        if (batch.SampleCount == before || !IsEnd(body, at, end, name, metadata, summary))
        {
            batch.DropLastSeries();
            return false;
        }

        summary.Series++;
        summary.Samples += batch.SampleCount - before;
        return true;
    }

    /// <summary>Writes the key; false when the labels are not plain.</summary>
    static bool ReadLabels(
        ref byte from, int at, int end, SymbolTable symbols, int labelsMax, SampleBatch batch, out int length,
        out int name)
    {
        ref byte key = ref MemoryMarshal.GetReference(
            batch.ReserveKey(((end - at) * TextBytesMax) + PlainSeries.Slack));
        ulong before = 0;
        int nameBefore = -1;
        length = 0;
        name = -1;
        for (int labels = 0; at < end; labels++)
        {
            if (!ReadNumber(ref from, ref at, end, symbols.Count, out int nameRef)
                || !ReadNumber(ref from, ref at, end, symbols.Count, out int valueRef) || labels == labelsMax)
            {
                return false;
            }

            ref readonly var left = ref symbols.Of(nameRef);
            ref readonly var right = ref symbols.Of(valueRef);
            if (!left.IsPlain || !right.IsPlain
                || (left.Prefix <= before && (left.Prefix < before || !IsSorted(ref from, symbols, nameBefore, left))))
            {
                return false;
            }

            name = left.Prefix == NamePrefix && left.Length == 8 ? valueRef : name;
            (before, nameBefore) = (left.Prefix, nameRef);
            length = Copy(ref from, left, ref key, length);
            length = Copy(ref from, right, ref key, length);
        }

        return name >= 0;
    }

    /// <summary>A varint of at most three bytes below a bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ReadNumber(ref byte from, ref int at, int end, int bound, out int number)
    {
        number = At(ref from, at++);
        for (int shift = 7; number >> shift != 0 && shift <= 14; shift += 7)
        {
            number = (number & ((1 << shift) - 1)) | (At(ref from, at++) << shift);
        }

        return number < bound && at <= end;
    }

    /// <summary>Two names of which the first eight bytes are equal.</summary>
    static bool IsSorted(ref byte from, SymbolTable symbols, int before, in SymbolTable.Symbol name) =>
        before >= 0 && TextOf(ref from, symbols.Of(before)).SequenceCompareTo(TextOf(ref from, name)) < 0;

    static ReadOnlySpan<byte> TextOf(ref byte from, in SymbolTable.Symbol symbol) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref from, symbol.At), symbol.Length);

    /// <summary>Nothing but metadata may stand behind the samples.</summary>
    static bool IsEnd(
        ReadOnlySpan<byte> body, int at, int end, int name, MetadataRefs metadata, RemoteWriteSummary summary) =>
        at == end || (at > 0 && end - at is >= 2 and < 130 && body[at] == 0x2A && body[at + 1] == end - at - 2
            && metadata.Decode(body, body[(at + 2)..end], at + 2, name, summary, out _) is null);

    /// <summary>
    /// Copies a symbol and its length in steps of 16 bytes, up to 15 too many, which the next copy overwrites.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Copy(ref byte from, in SymbolTable.Symbol symbol, ref byte key, int length)
    {
        ref byte source = ref Unsafe.Add(ref from, symbol.At - 1);
        ref byte target = ref Unsafe.Add(ref key, length);
        for (int done = 0; done <= symbol.Length; done += Vector128<byte>.Count)
        {
            Vector128.LoadUnsafe(ref Unsafe.Add(ref source, done)).StoreUnsafe(ref Unsafe.Add(ref target, done));
        }

        return length + 1 + symbol.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte At(ref byte from, int at) => Unsafe.Add(ref from, at);
}
