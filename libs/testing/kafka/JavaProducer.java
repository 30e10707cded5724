import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes records as a Java program would: `java -cp jars JavaProducer.java broker topic compression count`. */
public class JavaProducer {
    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("compression.type", args[2]);
        properties.put("linger.ms", "500");
        properties.put("batch.size", "900000");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                String key = args[2] + "-" + i;
                ProducerRecord<String, String> record = new ProducerRecord<>(args[1], key, "value of " + key + " ".repeat(i % 300));
                record.headers().add("compression", args[2].getBytes());
                producer.send(record);
            }
        }
    }
}
