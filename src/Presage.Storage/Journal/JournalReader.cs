using System.Buffers.Binary;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Reads a segment frame by frame until its end or the first damage. A frame is believed only when its checksum
/// holds, and is handed on only when all of it makes sense.
/// </summary>
sealed class JournalReader(IJournalReplay replay)
{
    const int ReadAheadBytes = 256 << 10;

    byte[] _payload = new byte[64 << 10];
    int _seriesCount;

    /// <summary>The value told last of each series of the segment.</summary>
    long[] _values = new long[1024];

    /// <summary>Length of the part of the segment that is whole.</summary>
    public long WholeBytes { get; private set; }

    /// <summary>What is wrong behind it; null where the segment just ends.</summary>
    public string? Damage { get; private set; }

    /// <summary>Reads a whole segment.</summary>
    /// <exception cref="NewerFormatException">A newer version of Presage wrote it.</exception>
    public void Read(Disk disk, string path, int number)
    {
        using var file = disk.OpenStream(path, ReadAheadBytes);
        WholeBytes = 0;
        Damage = null;
        _seriesCount = 0;
        Array.Clear(_values);
        Span<byte> header = stackalloc byte[JournalFormat.HeaderBytes];
        int read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        Damage = JournalFormat.CheckHeader(header[..read], number, path);
        if (Damage is not null)
        {
            // The file was made and its header not yet written, or only reserved: nothing was ever in it.
            Damage = header[..read].ContainsAnyExcept((byte)0) ? Damage : null;
            return;
        }

        WholeBytes = JournalFormat.HeaderBytes;
        while (ReadFrame(file))
        {
        }
    }

    bool ReadFrame(Stream file)
    {
        Span<byte> header = stackalloc byte[JournalFormat.FrameHeaderBytes];
        int read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < header.Length)
        {
            Damage = header[..read].ContainsAnyExcept((byte)0) ? "A frame's header is cut short." : null;
            return false;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (length == 0)
        {
            Damage = checksum != 0 || !RestIsZero(file) ? "Bytes follow the last frame." : null;
            return false;
        }

        if (length is < 0 or > JournalFormat.FrameBytesMax)
        {
            Damage = $"A frame calls itself {length} bytes long.";
            return false;
        }

        if (_payload.Length < length)
        {
            _payload = new byte[length];
        }

        var payload = _payload.AsSpan(0, length);
        if (file.ReadAtLeast(payload, length, throwOnEndOfStream: false) < length)
        {
            Damage = "A frame is cut short.";
            return false;
        }

        if (JournalFormat.Checksum(payload) != checksum)
        {
            Damage = "The checksum of a frame is wrong.";
            return false;
        }

        try
        {
            Apply(payload, null);
            Apply(payload, replay);
        }
        catch (Exception e) when (e is CorruptDataException or FormatException)
        {
            Damage = e.Message;
            return false;
        }

        WholeBytes += JournalFormat.FrameHeaderBytes + length;
        return true;
    }

    bool RestIsZero(Stream file)
    {
        while (true)
        {
            int read = file.Read(_payload);
            if (read == 0)
            {
                return true;
            }

            if (_payload.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }
    }

    /// <summary>Walks a payload; hands its content on where a taker is given, else only checks it.</summary>
    void Apply(ReadOnlySpan<byte> payload, IJournalReplay? taker)
    {
        if (payload[0] == JournalFormat.SeriesFrame)
        {
            int count = ApplySeries(payload, taker);
            if (taker is not null)
            {
                _seriesCount = count;
                if (_values.Length < count)
                {
                    Array.Resize(ref _values, Math.Max(count, _values.Length * 2));
                }
            }
        }
        else if (payload[0] == JournalFormat.SamplesFrame)
        {
            ApplySamples(payload, taker);
        }
        else if (payload[0] == JournalFormat.ChangesFrame)
        {
            ApplyChanges(payload, taker);
        }
        else
        {
            throw new CorruptDataException($"A frame is of the unknown kind {payload[0]}.");
        }
    }

    int ApplySeries(ReadOnlySpan<byte> payload, IJournalReplay? taker)
    {
        int at = 1;
        int id = Varint.ReadBounded(payload, ref at, int.MaxValue);
        if (id != _seriesCount)
        {
            throw new CorruptDataException($"Series {id} is registered after {_seriesCount} others.");
        }

        while (at < payload.Length)
        {
            int length = Varint.ReadBounded(payload, ref at, JournalFormat.KeyBytesMax);
            Require(payload, at, length + 1);
            var key = payload.Slice(at, length);
            at += length;
            CheckKey(key);
            if (payload[at++] != JournalFormat.NoSampleBefore)
            {
                Varint.Read(payload, ref at);
                Require(payload, at, 8);
                at += 8;
            }

            taker?.OnSeries(id, key);
            id++;
        }

        return id;
    }

    void ApplySamples(ReadOnlySpan<byte> payload, IJournalReplay? taker)
    {
        int at = 1;
        long timestampMs = Varint.UnZigZag(Varint.Read(payload, ref at));
        long id = -1;
        Span<byte> value = stackalloc byte[8];
        while (at < payload.Length)
        {
            int control = payload[at++];
            id += (control & JournalFormat.NextId) != 0 ? 1 : Varint.UnZigZag(Varint.Read(payload, ref at));
            if ((control & JournalFormat.SameTime) == 0)
            {
                timestampMs += Varint.UnZigZag(Varint.Read(payload, ref at));
            }

            int significant = control & JournalFormat.ValueLengthMask;
            if (significant > 8 || id < 0 || id >= _seriesCount)
            {
                throw new CorruptDataException("A sample names an unknown series or has an impossible value.");
            }

            Require(payload, at, significant);
            value.Clear();
            payload.Slice(at, significant).CopyTo(value);
            at += significant;
            taker?.OnSample((int)id, timestampMs, BinaryPrimitives.ReadDoubleBigEndian(value));
        }
    }

    void ApplyChanges(ReadOnlySpan<byte> payload, IJournalReplay? taker)
    {
        int at = 1;
        long timestampMs = Varint.UnZigZag(Varint.Read(payload, ref at));
        long id = -1;
        while (at < payload.Length)
        {
            int token = payload[at++];
            if ((token & JournalFormat.Run) != 0)
            {
                long last = id + (token & (JournalFormat.RunMax - 1)) + 1;
                CheckSeries(id + 1, last);
                for (int i = (int)id + 1; i <= last && taker is not null; i++)
                {
                    taker.OnSample(i, timestampMs, BitConverter.Int64BitsToDouble(_values[i]));
                }

                id = last;
                continue;
            }

            id += (token & JournalFormat.OtherId) == 0 ? 1 : Varint.UnZigZag(Varint.Read(payload, ref at));
            CheckSeries(id, id);
            if ((token & JournalFormat.OtherTime) != 0)
            {
                timestampMs += Varint.UnZigZag(Varint.Read(payload, ref at));
            }

            if (taker is null)
            {
                SkipValue(payload, ref at, token & JournalFormat.ValueMask);
                continue;
            }

            long bits = ReadValue(payload, ref at, token & JournalFormat.ValueMask, _values[id]);
            _values[id] = bits;
            taker.OnSample((int)id, timestampMs, BitConverter.Int64BitsToDouble(bits));
        }
    }

    void CheckSeries(long from, long to)
    {
        if (from < 0 || to >= _seriesCount)
        {
            throw new CorruptDataException("A sample names an unknown series.");
        }
    }

    static void SkipValue(ReadOnlySpan<byte> payload, ref int at, int code)
    {
        if (code is JournalFormat.IntegerDelta or JournalFormat.ThousandthDelta)
        {
            Varint.Read(payload, ref at);
        }
        else if (code <= 8)
        {
            Require(payload, at, code);
            at += code;
        }
        else
        {
            throw new CorruptDataException($"A sample's value is told in the unknown way {code}.");
        }
    }

    /// <summary>Reads a value that was skipped before: it is whole.</summary>
    static long ReadValue(ReadOnlySpan<byte> payload, ref int at, int code, long before)
    {
        switch (code)
        {
            case JournalFormat.SameValue:
                return before;
            case JournalFormat.IntegerDelta:
                return JournalValue.FromInteger(
                    JournalValue.Integer(before) + Varint.UnZigZag(Varint.Read(payload, ref at)));
            case JournalFormat.ThousandthDelta:
                return JournalValue.FromThousandths(
                    JournalValue.Thousandths(before) + Varint.UnZigZag(Varint.Read(payload, ref at)));
        }

        Span<byte> value = stackalloc byte[8];
        value.Clear();
        payload.Slice(at, code).CopyTo(value);
        at += code;
        return BinaryPrimitives.ReadInt64BigEndian(value);
    }

    static void CheckKey(ReadOnlySpan<byte> key)
    {
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out _, out _))
        {
        }
    }

    static void Require(ReadOnlySpan<byte> payload, int at, int bytes)
    {
        if (bytes > payload.Length - at)
        {
            throw new CorruptDataException("A frame ends within a record.");
        }
    }
}
